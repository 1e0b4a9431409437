import { describe, expect, it } from "vitest";
import { concatBytes } from "../../src/encoding/bytes.js";
import { makeKey, makeValue, packet, primaryPackets, says, subkeyPackets } from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

/** Mallory puts her signature under the fingerprint of a key that readers trust. */
describe("a signature under another certificate's name", () => {
  const alice = makeKey();
  const mallory = makeKey();
  const keys = [primaryPackets(alice), primaryPackets(mallory)];

  it("is refused, though both certificates are known", async () => {
    const verdict = await judge(makeValue(mallory, object), { keys, key: alice });
    expect(verdict).toMatchObject({ status: "invalid", code: "wrong-key" });
    expect(verdict).not.toHaveProperty("signer");
  });

  it("is refused where it names the trusted key as its issuer, signed or not", async () => {
    const anonymous = { anonymous: true } as const;
    const hashed = makeValue(mallory, object, { ...anonymous, hashed: [says.issuer(alice)] });
    const unhashed = makeValue(mallory, object, { ...anonymous, unhashed: [says.issuerKeyId(alice)] });
    const silent = makeValue(mallory, object, anonymous);
    for (const value of [hashed, unhashed, silent]) {
      expect(await judge(value, { keys, key: alice })).toMatchObject({ status: "invalid", code: "bad-signature" });
    }
  });

  it("is refused where her key stands in the trusted certificate without being bound", async () => {
    const inserted = concatBytes(primaryPackets(alice), packet(14, mallory.body));
    expect((await judge(makeValue(mallory, object), { keys: inserted, key: alice })).code).toBe("wrong-key");
    const selfBound = concatBytes(primaryPackets(alice), subkeyPackets(mallory, mallory));
    expect((await judge(makeValue(mallory, object), { keys: selfBound, key: alice })).status).toBe("invalid");
  });

  it("is refused where her certificate claims a user ID of the trusted key", async () => {
    const impostor = primaryPackets(mallory, { userIds: ["Alice <alice@example.org>"] });
    const verdict = await judge(makeValue(mallory, object), { keys: [primaryPackets(alice), impostor], key: mallory });
    // Valid as hers: whom she may speak for is decided by her fingerprint, never by the name.
    expect(verdict).toMatchObject({ code: "valid", signer: { fingerprint: mallory.fingerprint } });
  });
});

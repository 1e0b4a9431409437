import { describe, expect, it } from "vitest";
import { concatBytes } from "../../src/encoding/bytes.js";
import {
  flags,
  keyCreated,
  keysData,
  makeKey,
  makeSignature,
  makeValue,
  packet,
  primaryPackets,
  says,
  signaturePacket,
  type TestKey,
  userIdPackets,
} from "../support/openpgp.js";
import { asKeyId, judge, object } from "../support/openpgp-judge.js";

/** Alice lets her company revoke her key. gpg calls it revoked when the company does so. */
describe("a revocation by somebody whom the key lets revoke it", () => {
  const alice = makeKey();
  const company = makeKey();
  const value = makeValue(alice, object);
  const undecided = { status: "indeterminate", code: "no-key" };
  const permission = (by: TestKey, revoker: TestKey): Uint8Array =>
    makeSignature(by, {
      type: 0x1f,
      data: keysData(by, alice),
      created: keyCreated,
      hashed: [
        {
          type: 12,
          critical: true,
          body: concatBytes(Uint8Array.of(0x80, revoker.algorithm), Buffer.from(revoker.fingerprint, "hex")),
        },
      ],
    });
  const revocationBy = (key: TestKey): Uint8Array =>
    makeSignature(key, { type: 0x20, data: keysData(alice, alice), hashed: [says.reason(2)] });
  const certificate = (...signatures: Uint8Array[]): Uint8Array =>
    concatBytes(
      packet(6, alice.body),
      ...signatures.map(signaturePacket),
      userIdPackets(alice, "Alice", { created: keyCreated, hashed: [says.flags(flags.certify | flags.sign)] }),
    );

  it("leaves what the key signs undecided, wherever it stands", async () => {
    const permitted = certificate(permission(alice, company));
    const revoked = certificate(permission(alice, company), revocationBy(company));
    const alone = signaturePacket(revocationBy(company));
    expect((await judge(value, { keys: permitted, key: alice })).code).toBe("valid");
    for (const keys of [
      [revoked],
      [revoked, primaryPackets(company)],
      [permitted, revoked],
      [concatBytes(permitted, alone)],
      [permitted, alone],
      [alone, permitted],
      [primaryPackets(company), alone, permitted],
      [permitted, primaryPackets(company), alone],
    ]) {
      expect(await judge(value, { keys, key: alice })).toMatchObject(undecided);
    }
    expect(await judge(value, { key: asKeyId(revoked) })).toMatchObject(undecided);
  });

  it("is none by anybody else, and none where somebody else gave the permission", async () => {
    const mallory = makeKey();
    for (const keys of [
      certificate(permission(alice, company), revocationBy(mallory)),
      certificate(permission({ ...mallory, fingerprint: alice.fingerprint }, mallory), revocationBy(mallory)),
      certificate(revocationBy(company)),
    ]) {
      expect((await judge(value, { keys, key: alice })).code).toBe("valid");
    }
  });
});

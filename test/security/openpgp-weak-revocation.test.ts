import { describe, expect, it } from "vitest";
import { concatBytes } from "../../src/encoding/bytes.js";
import {
  hash,
  type KeyKind,
  makeKey,
  makeValue,
  primaryPackets,
  revocation,
  says,
  signaturePacket,
  subkeyPackets,
} from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

/** Old tools revoke with SHA-1; whoever stole the key hopes that nobody computes such a revocation. */
describe("a revocation with a digest that counts for nothing else", () => {
  const kinds: KeyKind[] = ["ed25519", "eddsa-legacy", "ed448", "p256", "rsa2048"];
  const digests = { sha1: hash.sha1, md5: hash.md5, sha224: hash.sha224 };
  for (const kind of kinds) {
    for (const [name, digest] of Object.entries(digests)) {
      it(`revokes a key of ${kind} with ${name}`, async () => {
        const key = makeKey(kind);
        const keys = primaryPackets(key, { direct: [revocation(key, { reason: 2, hash: digest })] });
        expect(await judge(makeValue(key, object), { keys, key })).toMatchObject({ code: "key-revoked" });
      });
    }
  }

  it("revokes an Ed448 key with SHA-256, which is too short for that curve", async () => {
    const key = makeKey("ed448");
    const keys = primaryPackets(key, { direct: [revocation(key, { reason: 2, hash: hash.sha256 })] });
    expect(await judge(makeValue(key, object), { keys, key })).toMatchObject({ code: "key-revoked" });
  });

  it("revokes a subkey", async () => {
    const [alice, subkey] = [makeKey(), makeKey()];
    const revocations = [revocation(alice, { subkey, hash: hash.sha1 })];
    const keys = concatBytes(primaryPackets(alice), subkeyPackets(alice, subkey, { revocations }));
    expect(await judge(makeValue(subkey, object), { keys, key: alice })).toMatchObject({ code: "key-revoked" });
  });

  it("by a stranger revokes nothing", async () => {
    const [alice, mallory] = [makeKey(), makeKey()];
    const forged = revocation(mallory, { hash: hash.sha1 });
    const named = { ...mallory, fingerprint: alice.fingerprint };
    const inHerName = revocation(named, { hash: hash.sha1 });
    for (const direct of [[forged], [inHerName]]) {
      const keys = primaryPackets(alice, { direct });
      expect(await judge(makeValue(alice, object), { keys, key: alice })).toMatchObject({ code: "valid" });
    }
  });

  it("does not make a weak self-signature count", async () => {
    const alice = makeKey();
    const weak = primaryPackets(alice, { hash: hash.sha1, hashed: [says.primaryUserId()] });
    expect((await judge(makeValue(alice, object), { keys: weak, key: alice })).status).toBe("invalid");
    const junk = signaturePacket(revocation(alice, {}).slice(0, 40));
    expect((await judge(makeValue(alice, object), { keys: concatBytes(weak, junk), key: alice })).status).toBe(
      "invalid",
    );
  });
});

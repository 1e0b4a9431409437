import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { makeKey, makeValue, now, primaryPackets, revocation, signaturePacket } from "../support/openpgp.js";
import { asKeyId, judge, object } from "../support/openpgp-judge.js";

/** Whoever stole a revoked key signs with it and hands the certificate out without the revocation. */
describe("a certificate without the revocation that others know", () => {
  const alice = makeKey();
  const value = makeValue(alice, object);
  const stripped = primaryPackets(alice);
  const revoked = primaryPackets(alice, { direct: [revocation(alice, { reason: 2 })] });
  const refused = { status: "invalid", code: "key-revoked" };

  it("in the key ID does not hide the revocation in the keyring", async () => {
    expect(await judge(value, { keys: revoked, key: asKeyId(stripped) })).toMatchObject(refused);
  });

  it("in the key ID or the keyring does not hide the revocation that the resolver has", async () => {
    const algorithm = { resolver: async () => revoked };
    expect(await judge(value, { key: asKeyId(stripped), algorithm })).toMatchObject(refused);
    expect(await judge(value, { keys: stripped, key: alice, algorithm })).toMatchObject(refused);
  });

  it("from the resolver does not hide the revocation in the keyring or in the key ID", async () => {
    const algorithm = { resolver: async () => stripped };
    expect(await judge(value, { keys: revoked, key: alice, algorithm })).toMatchObject(refused);
    expect(await judge(value, { key: asKeyId(revoked), algorithm })).toMatchObject(refused);
  });

  it("does not hide a revocation certificate that was imported alone, before or after it", async () => {
    const alone = signaturePacket(revocation(alice, { reason: 2 }));
    expect(await judge(value, { keys: [alone, stripped], key: alice })).toMatchObject(refused);
    expect(await judge(value, { keys: [stripped, alone], key: alice })).toMatchObject(refused);
    expect(await judge(value, { keys: alone, key: asKeyId(stripped) })).toMatchObject(refused);
  });

  it("leaves the signature undecided where the resolver cannot be asked", async () => {
    const algorithm = { resolver: () => Promise.reject(new Error("offline")) };
    const undecided = { status: "indeterminate", code: "resolver-failed" };
    expect(await judge(value, { keys: stripped, key: alice, algorithm })).toMatchObject(undecided);
    expect(await judge(value, { key: asKeyId(stripped), algorithm })).toMatchObject(undecided);
  });

  it("counts no more from the moment that the revocation is imported", async () => {
    const algorithm = openpgp({ keys: stripped });
    const input = { object, key: alice.fingerprint, value, now: now * 1000 };
    expect((await algorithm.verify(input)).code).toBe("valid");
    await algorithm.importKeys(revoked);
    expect((await algorithm.verify(input)).code).toBe("key-revoked");
  });
});

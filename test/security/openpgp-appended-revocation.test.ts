import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import {
  armored,
  makeKey,
  makeValue,
  now,
  packet,
  primaryPackets,
  revocation,
  signaturePacket,
  subkeyPackets,
} from "../support/openpgp.js";
import { asKeyId, judge, object } from "../support/openpgp-judge.js";

/** A revocation that stands where `cat` puts it is one all the same: gpg and sq count it, and so does whoever hopes not. */
describe("a revocation behind the certificate", () => {
  const alice = makeKey();
  const bob = makeKey("p256");
  const value = makeValue(alice, object);
  const named = primaryPackets(alice);
  const whole = concatBytes(named, subkeyPackets(alice, makeKey()));
  const ofBob = primaryPackets(bob);
  const old = packet(6, concatBytes(Uint8Array.of(3), new Uint8Array(20)));
  const revoked = signaturePacket(revocation(alice, { reason: 2 }));
  const refused = { status: "invalid", code: "key-revoked" };

  const places: [string, Uint8Array][] = [
    ["behind a subkey", concatBytes(whole, revoked)],
    ["behind a user ID", concatBytes(named, revoked)],
    ["behind another certificate", concatBytes(whole, ofBob, revoked)],
    ["behind another primary key alone", concatBytes(whole, packet(6, bob.body), revoked)],
    ["behind a certificate of an unknown version", concatBytes(whole, old, revoked)],
    ["before another certificate and its own", concatBytes(revoked, ofBob, whole)],
    ["behind another certificate and before its own", concatBytes(ofBob, revoked, whole)],
  ];
  for (const [place, data] of places) {
    it(`counts ${place}`, async () => {
      expect(await judge(value, { keys: data, key: alice })).toMatchObject(refused);
      const keys = armored("PUBLIC KEY BLOCK", data);
      const input = { object, key: alice.fingerprint, value, now: now * 1000 };
      expect(await openpgp({ keys }).verify(input)).toMatchObject(refused);
      const algorithm = { resolver: async () => data };
      expect(await judge(value, { key: alice, algorithm })).toMatchObject(refused);
      expect(await judge(value, { keys: whole, key: alice, algorithm })).toMatchObject(refused);
    });
  }

  it("counts in blocks of armor one after the other, in any order", async () => {
    const blocks = [whole, revoked].map((data) => armored("PUBLIC KEY BLOCK", data));
    for (const keys of [blocks.join(""), blocks.toReversed().join("")]) {
      const verdict = await openpgp({ keys }).verify({ object, key: alice.fingerprint, value, now: now * 1000 });
      expect(verdict).toMatchObject(refused);
    }
  });

  it("counts in the key ID", async () => {
    expect(await judge(value, { key: asKeyId(concatBytes(whole, revoked)) })).toMatchObject(refused);
    expect(await judge(value, { keys: whole, key: asKeyId(concatBytes(whole, revoked)) })).toMatchObject(refused);
  });

  it("counts in what a signing tool sent along", async () => {
    const output = concatBytes(Buffer.from(value, "base64"), whole, ofBob, revoked);
    const accepting = openpgp().accept({ object, output, now: now * 1000 });
    await expect(accepting).rejects.toMatchObject({ verdict: refused });
  });

  it("by another key revokes nothing", async () => {
    const keys = concatBytes(whole, signaturePacket(revocation(bob, { reason: 2 })));
    expect((await judge(value, { keys, key: alice })).code).toBe("valid");
  });
});

describe("a resolver's answer", () => {
  const alice = makeKey();
  const value = makeValue(alice, object);
  const plain = primaryPackets(alice);
  const alone = signaturePacket(revocation(alice, { reason: 2 }));
  const revoked = primaryPackets(alice, { direct: [revocation(alice, { reason: 2 })] });
  const refused = { status: "invalid", code: "key-revoked" };

  it("counts whole: all copies in it, in any order, and revocations alone", async () => {
    for (const answer of [concatBytes(plain, revoked), concatBytes(revoked, plain), concatBytes(alone, plain), alone]) {
      const algorithm = { resolver: async () => answer };
      expect(await judge(value, { keys: plain, key: alice, algorithm })).toMatchObject(refused);
      expect(await judge(value, { key: asKeyId(plain), algorithm })).toMatchObject(refused);
    }
  });

  it("of revocations alone makes no certificate", async () => {
    const verdict = await judge(value, { key: alice, algorithm: { resolver: async () => alone } });
    expect(verdict).toMatchObject({ status: "indeterminate", code: "no-key" });
  });
});

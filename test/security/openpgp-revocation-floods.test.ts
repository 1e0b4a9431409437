import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  keyCreated,
  makeKey,
  makeSignature,
  makeValue,
  now,
  primaryPackets,
  revocation,
  signaturePacket,
} from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const value = makeValue(alice, object);
const plain = primaryPackets(alice);
const input = { object, key: alice.fingerprint, value, now: now * 1000 };

function junkCertifications(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    signaturePacket(makeSignature(alice, { type: 0x13, data: utf8(`${index}`), created: keyCreated + index })),
  );
}

function junkRevocations(count: number): Uint8Array[] {
  const body = revocation(alice, { reason: 2 });
  return Array.from({ length: count }, (_, index) => {
    const copy = body.slice();
    new DataView(copy.buffer).setUint32(copy.length - 4, index);
    return signaturePacket(copy);
  });
}

/** Junk in a key's own name around its revocation, so that the whole copy is past the bounds and put aside. */
describe("a flooded copy of a revoked certificate", () => {
  const revoked = primaryPackets(alice, { direct: [revocation(alice, { reason: 2 })] });
  const flooded = concatBytes(revoked, ...junkCertifications(513));

  it("is refused, and its revocation counts", async () => {
    const algorithm = openpgp({ keys: plain });
    expect(await algorithm.importKeys(flooded)).toMatchObject([{ status: "refused" }]);
    expect((await algorithm.verify(input)).code).toBe("key-revoked");
  });

  it("reveals the revocation before the certificate is known too", async () => {
    expect((await judge(value, { keys: [flooded, plain], key: alice })).code).toBe("key-revoked");
  });

  it("that only together with the known copy is too large counts too", async () => {
    const half = concatBytes(plain, ...junkCertifications(300));
    const other = junkCertifications(600).slice(300);
    expect((await judge(value, { keys: [half, concatBytes(revoked, ...other)], key: alice })).code).toBe("key-revoked");
  });

  it("in which revocations themselves are the flood leaves the key unusable", async () => {
    for (const junk of [junkRevocations(65), junkRevocations(600)]) {
      const keys = [plain, concatBytes(plain, ...junk, signaturePacket(revocation(alice, { reason: 2 })))];
      for (const order of [keys, keys.toReversed()]) {
        expect(await judge(value, { keys: order, key: alice })).toMatchObject({ status: "invalid", code: "too-large" });
      }
    }
  });
});

describe("sixteen thousand revocations alone", () => {
  const flood = concatBytes(...junkRevocations(16_000));

  it("cost no more than reading them, before and after their certificate", async () => {
    for (const order of [
      [flood, plain],
      [plain, flood],
    ]) {
      const started = performance.now();
      const algorithm = openpgp();
      for (const keys of order) await algorithm.importKeys(keys);
      expect((await algorithm.verify(input)).code).toBe("too-large");
      expect(performance.now() - started).toBeLessThan(4000);
    }
  });
});

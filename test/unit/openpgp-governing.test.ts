import { describe, expect, it } from "vitest";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  daySeconds,
  flags,
  keyCreated,
  keysData,
  makeKey,
  makeSignature,
  makeValue,
  now,
  packet,
  primaryPackets,
  type Subpacket,
  says,
  signaturePacket,
  userIdData,
  userIdPackets,
} from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const value = makeValue(alice, object);
const forAll = says.flags(flags.certify | flags.sign);
const onlyCertify = says.flags(flags.certify);
const later = now - 100 * daySeconds;

const userId = (name: string, created: number, ...hashed: Subpacket[]): Uint8Array =>
  userIdPackets(alice, name, { created, hashed });
const direct = (created: number, ...hashed: Subpacket[]): Uint8Array =>
  signaturePacket(makeSignature(alice, { type: 0x1f, data: keysData(alice, alice), created, hashed }));
const code = async (...packets: Uint8Array[]): Promise<string> =>
  (await judge(value, { keys: concatBytes(packet(6, alice.body), ...packets), key: alice })).code;

describe("use and lifetime of a key", () => {
  it("come from the user ID marked as primary, whatever a newer one says", async () => {
    expect(await code(userId("A", keyCreated, says.primaryUserId(), onlyCertify), userId("B", later, forAll))).toBe(
      "key-not-for-signing",
    );
    expect(await code(userId("A", keyCreated, says.primaryUserId(), forAll), userId("B", later, onlyCertify))).toBe(
      "valid",
    );
  });

  it("are not pieced together from several user IDs", async () => {
    const short = says.keyLifetime(500 * daySeconds);
    // The newer one says nothing about use: what an older one of another name allowed does not come back.
    expect(await code(userId("A", keyCreated, forAll), userId("B", later, says.primaryUserId()))).toBe(
      "key-not-for-signing",
    );
    // Nor does its lifetime end the key.
    expect(await code(userId("A", keyCreated, forAll, short), userId("B", later, says.primaryUserId(), forAll))).toBe(
      "valid",
    );
  });

  it("come from the key's own signature where the user ID's says nothing", async () => {
    const short = says.keyLifetime(500 * daySeconds);
    expect(await code(direct(keyCreated, forAll), userId("A", later))).toBe("valid");
    expect(await code(direct(keyCreated, short), userId("A", later, forAll))).toBe("key-expired");
    expect(await code(direct(keyCreated, forAll))).toBe("valid");
  });

  it("outlive the only user ID, which may be taken back", async () => {
    const takenBack = signaturePacket(
      makeSignature(alice, { type: 0x30, data: userIdData(alice, utf8("A")), created: later }),
    );
    expect(await code(userId("A", keyCreated, forAll), takenBack)).toBe("valid");
    expect(await code(userId("A", keyCreated, onlyCertify), takenBack)).toBe("key-not-for-signing");
    const ended = userId("A", keyCreated, forAll, says.expiresAfter(500 * daySeconds));
    expect(await code(ended, takenBack)).toBe("key-expired");
  });
});

describe("a signature directly on the key that was taken back", () => {
  for (const version of [4, 6] as const) {
    it(`says no more how a key of version ${version} may be used`, async () => {
      const key = makeKey("ed25519", { version });
      const data = keysData(key, key);
      const about = makeSignature(key, { type: 0x1f, data, created: keyCreated, hashed: [forAll] });
      const takenBack = makeSignature(key, { type: 0x30, data, created: later, hashed: [says.reason(0)] });
      const known = concatBytes(packet(6, key.body), signaturePacket(about));
      expect((await judge(makeValue(key, object), { keys: known, key })).code).toBe("valid");
      const keys = concatBytes(known, signaturePacket(takenBack));
      expect((await judge(makeValue(key, object), { keys, key })).code).toBe("key-revoked");
    });
  }

  it("leaves the user IDs in force", async () => {
    const data = keysData(alice, alice);
    const takenBack = signaturePacket(makeSignature(alice, { type: 0x30, data, created: later }));
    expect(await code(direct(keyCreated, onlyCertify), takenBack, userId("A", keyCreated, forAll))).toBe("valid");
    expect((await judge(value, { keys: primaryPackets(alice), key: alice })).code).toBe("valid");
  });
});

import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  daySeconds,
  flags,
  hash,
  keyCreated,
  makeKey,
  makeSignature,
  makeValue,
  now,
  packet,
  primaryPackets,
  revocation,
  says,
  signaturePacket,
  signed,
  subkeyPackets,
  userIdData,
  userIdPackets,
} from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const subkey = makeKey();
const certificate = primaryPackets(alice);
const value = makeValue(alice, object);
const bySubkey = makeValue(subkey, object);
const retired = 3;
const superseded = 1;

describe("the time of a signature", () => {
  it("may lie five minutes ahead, not more", async () => {
    const ahead = (seconds: number): Promise<unknown> =>
      judge(makeValue(alice, object, { created: now + seconds }), { keys: certificate, key: alice });
    expect(await ahead(299)).toMatchObject({ status: "valid", createdAt: (now + 299) * 1000 });
    expect(await ahead(300)).toMatchObject({ status: "valid" });
    expect(await ahead(301)).toMatchObject({ status: "invalid", code: "made-in-future" });
  });

  it("of its own end leaves it undecided afterwards", async () => {
    const expiring = makeValue(alice, object, { hashed: [says.expiresAfter(20 * daySeconds)] });
    const endsMs = (signed + 20 * daySeconds) * 1000;
    const before = await judge(expiring, { keys: certificate, key: alice });
    expect(before).toMatchObject({ code: "valid", expiresAt: endsMs, validUntil: endsMs });
    const atSeconds = signed + 20 * daySeconds;
    const after = await judge(expiring, { keys: certificate, key: alice, atSeconds });
    expect(after).toMatchObject({
      status: "indeterminate",
      code: "expired",
      expiresAt: endsMs,
      validFrom: signed * 1000,
      validUntil: endsMs,
      signer: { fingerprint: alice.fingerprint },
    });
    expect((await judge(expiring, { keys: certificate, key: alice, atSeconds: atSeconds - 1 })).code).toBe("valid");
  });

  it("before the key was made is refused", async () => {
    const early = makeValue(alice, object, { created: keyCreated - 1 });
    const verdict = await judge(early, { keys: certificate, key: alice });
    expect(verdict).toMatchObject({ status: "invalid", code: "key-not-for-signing" });
  });
});

describe("a key that ends", () => {
  const lifetime = signed + 5 * daySeconds - keyCreated;
  const ending = primaryPackets(alice, { hashed: [says.keyLifetime(lifetime)] });

  it("leaves what it signed before undecided, with the interval in which it was valid", async () => {
    const endsMs = (keyCreated + lifetime) * 1000;
    const after = await judge(value, { keys: ending, key: alice });
    expect(after).toMatchObject({
      status: "indeterminate",
      code: "key-expired",
      validFrom: signed * 1000,
      validUntil: endsMs,
    });
    const before = await judge(value, { keys: ending, key: alice, atSeconds: signed + daySeconds });
    expect(before).toMatchObject({ code: "valid", validUntil: endsMs });
  });

  it("gives no interval to what it signed afterwards", async () => {
    const late = makeValue(alice, object, { created: now - daySeconds });
    const verdict = await judge(late, { keys: ending, key: alice });
    expect(verdict).toMatchObject({ status: "indeterminate", code: "key-expired" });
    expect(verdict).not.toHaveProperty("validFrom");
    expect(verdict).not.toHaveProperty("validUntil");
  });

  it("lives longer once a newer self-signature says so, in whatever order the copies come", async () => {
    const extended = primaryPackets(alice, {
      created: now - 2 * daySeconds,
      hashed: [says.keyLifetime(lifetime + 100 * daySeconds)],
    });
    for (const keys of [
      [ending, extended],
      [extended, ending],
    ]) {
      expect(await judge(value, { keys, key: alice })).toMatchObject({
        code: "valid",
        validUntil: (keyCreated + lifetime + 100 * daySeconds) * 1000,
      });
    }
  });

  it("ends earlier once a newer self-signature says so, and for ever once one says nothing", async () => {
    const shortened = primaryPackets(alice, { created: now - daySeconds, hashed: [says.keyLifetime(daySeconds)] });
    expect((await judge(value, { keys: [certificate, shortened], key: alice })).code).toBe("key-expired");
    const unbounded = primaryPackets(alice, { created: now - daySeconds });
    expect((await judge(value, { keys: [ending, unbounded], key: alice })).code).toBe("valid");
  });

  it("is judged at the time of each verification, from one judgement of the certificate", async () => {
    const algorithm = openpgp({ keys: ending });
    const at = async (seconds: number): Promise<string> =>
      (await algorithm.verify({ object, key: alice.fingerprint, value, now: seconds * 1000 })).code;
    expect(await at(now)).toBe("key-expired");
    expect(await at(signed + 1)).toBe("valid");
    expect(await at(signed - daySeconds)).toBe("made-in-future");
    expect(await at(now)).toBe("key-expired");
  });

  it("bounds what its subkeys sign", async () => {
    const keys = concatBytes(ending, subkeyPackets(alice, subkey));
    expect((await judge(bySubkey, { keys, key: alice })).code).toBe("key-expired");
    const earliest = concatBytes(
      primaryPackets(alice, { hashed: [says.keyLifetime(now + 9 * daySeconds - keyCreated)] }),
      subkeyPackets(alice, subkey, { hashed: [says.keyLifetime(now + 4 * daySeconds - keyCreated)] }),
    );
    const expiring = makeValue(subkey, object, { hashed: [says.expiresAfter(now + 6 * daySeconds - signed)] });
    const verdict = await judge(expiring, { keys: earliest, key: alice });
    expect(verdict).toMatchObject({ code: "valid", validUntil: (now + 4 * daySeconds) * 1000 });
  });

  it("takes self-signatures that end themselves for gone", async () => {
    const passing = primaryPackets(alice, { hashed: [says.expiresAfter(signed + daySeconds - keyCreated)] });
    const verdict = await judge(value, { keys: passing, key: alice });
    expect(verdict).toMatchObject({ code: "key-expired", validUntil: (signed + daySeconds) * 1000 });
  });

  it("whose self-signatures all lie ahead is not yet valid", async () => {
    const ahead = primaryPackets(alice, { created: now + daySeconds });
    const verdict = await judge(value, { keys: ahead, key: alice });
    expect(verdict).toMatchObject({
      status: "indeterminate",
      code: "not-yet-valid",
      validFrom: (now + daySeconds) * 1000,
    });
  });

  it("is said to be valid only until a self-signature from ahead counts", async () => {
    const ahead = primaryPackets(alice, { created: now + daySeconds, hashed: [says.keyLifetime(daySeconds)] });
    const verdict = await judge(value, { keys: [certificate, ahead], key: alice });
    expect(verdict).toMatchObject({ code: "valid", validUntil: (now + daySeconds - 300) * 1000 });
  });
});

describe("a revoked key", () => {
  const revoked = (reason: number | undefined, created: number): Uint8Array =>
    primaryPackets(alice, { direct: [revocation(alice, { ...(reason === undefined ? {} : { reason }), created })] });

  for (const [name, reason] of [
    ["without a reason", undefined],
    ["for no reason", 0],
    ["as compromised", 2],
    ["for a reason that belongs to user IDs", 32],
    ["for an unknown reason", 100],
  ] as const) {
    it(`${name} makes nothing valid, whatever the time`, async () => {
      for (const created of [signed - daySeconds, now - daySeconds, now + 100 * daySeconds]) {
        const verdict = await judge(value, { keys: revoked(reason, created), key: alice });
        expect(verdict).toMatchObject({ status: "invalid", code: "key-revoked" });
      }
    });
  }

  for (const reason of [superseded, retired]) {
    it(`for reason ${reason} leaves what it signed before undecided, and refuses what it signed after`, async () => {
      const keys = revoked(reason, now - daySeconds);
      const revokedMs = (now - daySeconds) * 1000;
      const before = await judge(value, { keys, key: alice });
      expect(before).toMatchObject({
        status: "indeterminate",
        code: "key-revoked-softly",
        validFrom: signed * 1000,
        validUntil: revokedMs,
        signer: { fingerprint: alice.fingerprint },
      });
      const late = makeValue(alice, object, { created: now - daySeconds });
      expect(await judge(late, { keys, key: alice })).toMatchObject({ status: "invalid", code: "key-revoked" });
      const earlier = await judge(value, { keys, key: alice, atSeconds: now - 2 * daySeconds });
      expect(earlier).toMatchObject({ code: "valid", validUntil: revokedMs });
    });
  }

  it("is revoked by whichever copy says so, and by the hardest word", async () => {
    const soft = revoked(retired, now - daySeconds);
    for (const keys of [
      [certificate, revoked(undefined, now)],
      [revoked(undefined, now), certificate],
      [soft, revoked(2, now)],
    ]) {
      expect((await judge(value, { keys, key: alice })).code).toBe("key-revoked");
    }
    expect((await judge(value, { keys: [certificate, soft], key: alice })).code).toBe("key-revoked-softly");
  });

  it("is revoked by a weak digest too: a revocation only takes away", async () => {
    const key = makeKey("rsa2048");
    const weak = primaryPackets(key, { direct: [revocation(key, { hash: hash.sha1 })] });
    expect((await judge(makeValue(key, object), { keys: weak, key })).code).toBe("key-revoked");
  });

  it("is not revoked by somebody else", async () => {
    const mallory = makeKey();
    const foreign = makeSignature(mallory, { type: 0x20, data: revocationData() });
    const forged = makeSignature(alice, { type: 0x20, data: utf8("something else") });
    const keys = primaryPackets(alice, { direct: [foreign, forged] });
    expect((await judge(value, { keys, key: alice })).code).toBe("valid");
  });

  it("takes its subkeys with it", async () => {
    const keys = concatBytes(revoked(undefined, now), subkeyPackets(alice, subkey));
    expect((await judge(bySubkey, { keys, key: alice })).code).toBe("key-revoked");
  });

  it("as a subkey leaves the primary key as it was", async () => {
    const withRevoked = (reason: number): Uint8Array => {
      const revocations = [revocation(alice, { reason, subkey, created: now - daySeconds })];
      return concatBytes(certificate, subkeyPackets(alice, subkey, { revocations }));
    };
    expect((await judge(bySubkey, { keys: withRevoked(2), key: alice })).code).toBe("key-revoked");
    expect((await judge(bySubkey, { keys: withRevoked(retired), key: alice })).code).toBe("key-revoked-softly");
    expect((await judge(value, { keys: withRevoked(2), key: alice })).code).toBe("valid");
  });

  it("is none whose every user ID was taken back: that takes the name away and nothing else", async () => {
    const takenBack = makeSignature(alice, {
      type: 0x30,
      data: userIdData(alice, utf8("Alice <alice@example.org>")),
      created: now - daySeconds,
      hashed: [says.reason(32)],
    });
    const keys = concatBytes(certificate, signaturePacket(takenBack));
    const verdict = await judge(value, { keys, key: alice });
    expect(verdict).toMatchObject({ code: "valid", signer: { names: [] } });
    const again = userIdPackets(alice, "Alice <alice@example.org>", {
      created: now - 3600,
      hashed: [says.flags(flags.certify | flags.sign)],
    });
    const other = userIdPackets(alice, "Alice at work", {
      created: keyCreated,
      hashed: [says.flags(flags.certify | flags.sign)],
    });
    expect((await judge(value, { keys: concatBytes(keys, again), key: alice })).code).toBe("valid");
    const renamed = await judge(value, { keys: concatBytes(keys, other), key: alice });
    expect(renamed).toMatchObject({ code: "valid", signer: { names: ["Alice at work"] } });
  });

  function revocationData(): Uint8Array {
    return concatBytes(Uint8Array.of(0x99, 0, alice.body.length), alice.body);
  }
});

describe("a certificate that is not self-signed", () => {
  it("signs nothing", async () => {
    const bare = packet(6, alice.body);
    expect(await judge(value, { keys: bare, key: alice })).toMatchObject({
      status: "invalid",
      code: "key-not-for-signing",
    });
    const unsigned = concatBytes(bare, packet(13, utf8("Alice")));
    expect((await judge(value, { keys: unsigned, key: alice })).code).toBe("key-not-for-signing");
  });

  it("signs nothing where its user ID is certified by others alone", async () => {
    const bob = makeKey();
    const certification = makeSignature(bob, {
      type: 0x10,
      data: userIdData(alice, utf8("Alice")),
      hashed: [says.flags(3)],
    });
    const keys = concatBytes(packet(6, alice.body), packet(13, utf8("Alice")), signaturePacket(certification));
    expect((await judge(value, { keys, key: alice })).code).toBe("key-not-for-signing");
  });

  it("signs nothing without usage flags", async () => {
    const userId = utf8("Alice");
    const certification = makeSignature(alice, { type: 0x13, data: userIdData(alice, userId), created: keyCreated });
    const keys = concatBytes(packet(6, alice.body), packet(13, userId), signaturePacket(certification));
    expect((await judge(value, { keys, key: alice })).code).toBe("key-not-for-signing");
  });

  it("of version 6 signs nothing on the word of a user ID", async () => {
    const key = makeKey("ed25519", { version: 6 });
    const userId = userIdPackets(key, "Alice", { created: keyCreated, hashed: [says.flags(3)] });
    const keys = concatBytes(packet(6, key.body), userId);
    expect((await judge(makeValue(key, object), { keys, key })).code).toBe("key-not-for-signing");
  });
});

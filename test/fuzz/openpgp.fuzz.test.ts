import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { readArmor } from "../../src/encoding/armor.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { CountersignError } from "../../src/errors.js";
import {
  armored,
  flags,
  makeKey,
  makeSignature,
  now,
  packet,
  primaryPackets,
  revocation,
  says,
  signaturePacket,
  subkeyPackets,
} from "../support/openpgp.js";
import { asKeyId, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const subkey = makeKey("p256");
const six = makeKey("ed25519", { version: 6 });
const certificate = concatBytes(primaryPackets(alice), subkeyPackets(alice, subkey));
const certificateSix = primaryPackets(six);
const signature = signaturePacket(makeSignature(alice, { type: 0, data: object.bytes }));
const nowMs = now * 1000;
const statuses = ["valid", "invalid", "indeterminate", "unsupported"];
const known = openpgp({ keys: [certificate, certificateSix] });

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.base64String(),
  fc.uint8Array({ maxLength: 400 }).map(encodeBase64),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => armored("SIGNATURE", bytes)),
  fc.string().map((text) => `-----BEGIN PGP SIGNATURE-----\n${text}\n-----END PGP SIGNATURE-----`),
);

/** Well-formed packets in any order, with what only an attacker writes among them. */
const anyPackets = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        signature,
        packet(6, alice.body),
        packet(6, six.body),
        packet(13, utf8("Alice <alice@example.org>")),
        packet(14, subkey.body),
        packet(17, utf8("photo")),
        packet(8, utf8("\u0001zip")),
        signaturePacket(revocation(alice, { reason: 3 })),
        certificate,
        certificateSix,
      ),
      fc.tuple(fc.nat(63), fc.uint8Array({ maxLength: 80 })).map(([tag, body]) => packet(tag, body)),
      fc
        .record({
          type: fc.constantFrom(0, 1, 0x10, 0x13, 0x18, 0x19, 0x1f, 0x20, 0x28, 0x30, 99),
          created: fc.nat(0xffffffff),
          hash: fc.constantFrom(8, 10, 2, 77),
          subpackets: fc.array(
            fc.record({ type: fc.nat(127), body: fc.uint8Array({ maxLength: 20 }), critical: fc.boolean() }),
            { maxLength: 4 },
          ),
        })
        .map(({ subpackets, ...options }) => {
          const [hashed, unhashed] = [subpackets.slice(0, 2), subpackets.slice(2)];
          return signaturePacket(makeSignature(alice, { ...options, data: object.bytes, hashed, unhashed }));
        }),
    ),
    { maxLength: 12 },
  )
  .map((packets) => concatBytes(...packets));

const flip = (bytes: Uint8Array) =>
  fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)).map(([index, bit]) => {
    const copy = bytes.slice();
    copy[index] = (copy[index] ?? 0) ^ (1 << bit);
    return copy;
  });

const truncate = (bytes: Uint8Array) => fc.nat(bytes.length - 1).map((length) => bytes.slice(0, length));

async function verdictOf(value: string | object, key: string, keys?: Uint8Array) {
  const algorithm = keys ? openpgp({ keys }) : known;
  return algorithm.verify({ object, key, value: value as string, now: nowMs });
}

describe("verification answers every input with a verdict", () => {
  it("whatever text the value and the key ID are", async () => {
    const keys = fc.oneof(anyText, fc.constantFrom(alice.fingerprint, six.fingerprint, ""));
    await fc.assert(
      fc.asyncProperty(anyText, keys, async (value, key) => {
        const verdict = await verdictOf(value, key);
        expect(statuses).toContain(verdict.status);
        expect(verdict.status).not.toBe("valid");
        expect(verdict.code).not.toBe("verifier-failed");
      }),
      { numRuns: 1500 },
    );
  });

  it("whatever JSON the value is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.object(), async (value) => {
        expect(await verdictOf(value, alice.fingerprint)).toMatchObject({ status: "invalid", code: "malformed" });
      }),
      { numRuns: 100 },
    );
  });

  it("whatever packets stand in the value and in the key ID", async () => {
    await fc.assert(
      fc.asyncProperty(anyPackets, anyPackets, async (value, copy) => {
        for (const key of [alice.fingerprint, asKeyId(copy)]) {
          const verdict = await verdictOf(encodeBase64(value), key);
          expect(statuses).toContain(verdict.status);
          expect(verdict.code).not.toBe("verifier-failed");
        }
      }),
      { numRuns: 600 },
    );
  });
});

describe("one bit", () => {
  it("of a signature flipped, or its end cut off, makes it never valid", async () => {
    for (const key of [alice, six, subkey]) {
      const whole = signaturePacket(makeSignature(key, { type: 0, data: object.bytes }));
      const name = key === subkey ? alice.fingerprint : key.fingerprint;
      expect((await verdictOf(encodeBase64(whole), name)).status).toBe("valid");
      await fc.assert(
        fc.asyncProperty(fc.oneof(flip(whole), truncate(whole)), async (mutated) => {
          const verdict = await verdictOf(encodeBase64(mutated), name);
          // openpgp reads a number by its octets: a length that is wrong by some bits leaves it the same number.
          if (!isSameNumbers(mutated, whole)) expect(verdict.status).not.toBe("valid");
          expect(verdict.code).not.toBe("verifier-failed");
        }),
        { numRuns: 400 },
      );
    }
  });

  it("of a certificate in the key ID flipped never confirms it, and takes nothing from the keyring's copy", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(flip(certificate), truncate(certificate)), async (mutated) => {
        const alone = await openpgp().verify({
          object,
          key: asKeyId(mutated),
          value: encodeBase64(signature),
          now: nowMs,
        });
        expect(alone.code).not.toBe("valid");
        expect(alone.code).not.toBe("verifier-failed");
        const beside = await verdictOf(encodeBase64(signature), asKeyId(mutated));
        if (alone.code === "key-unconfirmed") expect(beside.code).toBe("valid");
        expect(beside.code).not.toBe("verifier-failed");
      }),
      { numRuns: 500 },
    );
  });

  it("of a revoked certificate flipped never brings it back beside the keyring's copy", async () => {
    const revoked = concatBytes(
      packet(6, alice.body),
      signaturePacket(revocation(alice, { reason: 2 })),
      certificate.subarray(packet(6, alice.body).length),
    );
    const algorithm = openpgp({ keys: revoked });
    await fc.assert(
      fc.asyncProperty(flip(certificate), async (mutated) => {
        const input = { object, key: asKeyId(mutated), value: encodeBase64(signature), now: nowMs };
        expect((await algorithm.verify(input)).status).not.toBe("valid");
      }),
      { numRuns: 200 },
    );
  });
});

describe("everything else returns or throws a CountersignError", () => {
  it("accept", async () => {
    const outputs = fc.oneof(
      anyText,
      fc.uint8Array({ maxLength: 300 }),
      anyPackets,
      anyPackets.map((bytes) => armored("SIGNATURE", bytes) + armored("PUBLIC KEY BLOCK", bytes)),
    );
    await fc.assert(
      fc.asyncProperty(outputs, async (output) => {
        await known.accept({ object, output, now: nowMs }).then(
          (accepted) => expect(accepted.verdict.status).toBe("valid"),
          (error) => expect(error).toBeInstanceOf(CountersignError),
        );
      }),
      { numRuns: 800 },
    );
  });

  it("importKeys", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, fc.uint8Array({ maxLength: 300 }), anyPackets), async (keys) => {
        await openpgp()
          .importKeys(keys)
          .then(
            (reports) => expect(Array.isArray(reports)).toBe(true),
            (error) => expect(error).toMatchObject({ code: "ERR_ALGORITHM_KEYS" }),
          );
      }),
      { numRuns: 800 },
    );
  });

  it("reading armor", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          expect(readArmor(text, { maxLength: 10_000, maxBlocks: 3 }).blocks.length).toBeLessThanOrEqual(3);
        } catch (error) {
          expect(error).toBeInstanceOf(CountersignError);
        }
      }),
    );
  });
});

describe("a certificate's history", () => {
  it("is judged at any time as it would be from scratch, in whatever order its copies came", async () => {
    const day = 86_400;
    const events = fc.array(
      fc.record({
        at: fc.integer({ min: -900, max: 40 }),
        lifetime: fc.option(fc.integer({ min: 1, max: 1200 }), { nil: undefined }),
        flags: fc.constantFrom(flags.sign, flags.sign | flags.certify, flags.certify),
        ends: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
        revokes: fc.constantFrom(undefined, undefined, undefined, 1, 2, 3),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const build = (
      list: readonly { at: number; lifetime?: number; flags: number; ends?: number; revokes?: number }[],
    ) =>
      list.map((event) => {
        const created = now + event.at * day;
        const hashed = [
          ...(event.lifetime === undefined ? [] : [says.keyLifetime(event.lifetime * day)]),
          ...(event.ends === undefined ? [] : [says.expiresAfter(event.ends * day)]),
        ];
        const direct = event.revokes === undefined ? [] : [revocation(alice, { reason: event.revokes, created })];
        return primaryPackets(alice, { created, flags: event.flags, hashed, direct });
      });
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.array(fc.integer({ min: -50, max: 500 }), { minLength: 2, maxLength: 6 }),
        async (list, days) => {
          const copies = build(list as never);
          const kept = openpgp({ keys: copies });
          for (const offset of days) {
            const at = (now + offset * day) * 1000;
            const input = { object, key: alice.fingerprint, value: encodeBase64(signature), now: at };
            const verdict = await kept.verify(input);
            expect(await openpgp({ keys: [...copies].reverse() }).verify(input)).toEqual(verdict);
            // A cached answer never outlives what it says: until validUntil nothing changes.
            if (verdict.status !== "valid") continue;
            const until = Math.min(verdict.validUntil ?? at + 1000 * day * 1000, at + 1000 * day * 1000);
            for (const share of [0.5, 0.999]) {
              const later = await kept.verify({ ...input, now: at + Math.floor((until - at) * share) });
              expect(later.status).toBe("valid");
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Whether all that was changed is how many bits a multiprecision integer of a version 4 signature is said to have. */
function isSameNumbers(mutated: Uint8Array, whole: Uint8Array): boolean {
  const first = 2 + 6 + (((whole[6] ?? 0) << 8) | (whole[7] ?? 0)) + 4;
  const second = first + 2 + (((((whole[first] ?? 0) << 8) | (whole[first + 1] ?? 0)) + 7) >> 3);
  const lengths = [first + 1, second + 1];
  const isSame = (byte: number, index: number): boolean => {
    const [one, other] = [byte, whole[index] ?? 0];
    return one === other || (lengths.includes(index) && (one + 7) >> 3 === (other + 7) >> 3);
  };
  return whole[2] === 4 && mutated.length === whole.length && mutated.every(isSame);
}

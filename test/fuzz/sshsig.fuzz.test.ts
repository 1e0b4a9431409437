import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519 } from "../../src/algorithms/ed25519/index.js";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { readPem } from "../../src/encoding/pem.js";
import type { SignatureValue } from "../../src/model/external-signature.js";
import { statusOfCode } from "../../src/model/report.js";
import { anyJson, anyText, outcome } from "../support/arbitraries.js";
import { armoredSsh, goodKinds, makeSshKey, makeSshSig, str, uint32 } from "../support/ssh.js";
import { expectEveryBitToMatter } from "../support/ssh-bit-flips.js";
import { nowMs, object } from "../support/ssh-judge.js";

const keys = goodKinds.map((kind) => makeSshKey(kind));
const blobs = keys.map((key) => makeSshSig(key, object.bytes));

/** Fields of the right shape with anything in them, and true blobs with pieces cut out, doubled or replaced. */
const anyBlob = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .tuple(fc.nat(3), fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 5, maxLength: 6 }))
    .map(([version, fields]) => Buffer.concat([Buffer.from("SSHSIG"), uint32(version), ...fields.map(str)])),
  fc
    .tuple(fc.constantFrom(...blobs), fc.nat(), fc.nat(40), fc.uint8Array({ maxLength: 40 }))
    .map(([blob, at, cut, piece]) => {
      const offset = at % blob.length;
      return Buffer.concat([blob.subarray(0, offset), piece, blob.subarray(offset + cut)]);
    }),
);

const anyValue = fc.oneof(
  anyBlob.map((bytes) => encodeBase64(bytes)),
  anyBlob.map((bytes) => armoredSsh(bytes)),
  anyText,
  anyJson as fc.Arbitrary<SignatureValue>,
);
const anyKey = fc.oneof(fc.constantFrom(...keys.map(({ fingerprint }) => fingerprint)), anyText);

describe("whatever a stranger writes", () => {
  it("sshsig has a verdict for it, and calls valid only what was signed", async () => {
    const { verify } = sshsig();
    await fc.assert(
      fc.asyncProperty(anyValue, anyKey, async (value, key) => {
        const { status, code } = await verify({ object, value, key, now: nowMs });
        expect(statusOfCode[code]).toBe(status);
        expect(code).not.toBe("verifier-failed");
        const isTrue =
          typeof value === "string" && blobs.some((blob) => encodeBase64(blob) === value || armoredSsh(blob) === value);
        if (status === "valid") expect(isTrue).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("ed25519 has a verdict for it", async () => {
    const { verify } = ed25519();
    const anyTime = fc.oneof(fc.nat().map(String), fc.maxSafeInteger().map(String), anyText);
    const anyStatement = fc
      .tuple(fc.uint8Array({ minLength: 63, maxLength: 65 }).map(encodeBase64), anyTime, anyTime)
      .map((parts) => parts.join("."));
    const anyRawKey = fc.oneof(fc.uint8Array({ minLength: 31, maxLength: 33 }).map(encodeBase64), anyText);
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyStatement, anyValue), anyRawKey, async (value, key) => {
        const { status, code } = await verify({ object, value, key, now: nowMs });
        expect(status).toBe("invalid");
        expect(["malformed", "bad-signature", "weak-algorithm"]).toContain(code);
      }),
      { numRuns: 3000 },
    );
  });

  it("a list of keys is read or refused, and tells of every line that it skips", () => {
    const anyLine = fc.oneof(
      anyText,
      fc.constantFrom(...keys.map(({ line }) => line)),
      fc
        .tuple(
          anyText,
          fc.constantFrom("", "cert-authority ", 'namespaces="*" ', 'valid-before="2026" ', '"'),
          fc.nat(6),
        )
        .map(([principal, options, index]) => `${principal} ${options}${keys[index % keys.length]?.line}`),
    );
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), (lines) => {
        const result = outcome(() => sshsig({ keys: lines.join("\n") }));
        if ("code" in result) expect(result.code).toBe("ERR_ALGORITHM_KEYS");
        else expect(result.value.skipped.length).toBeLessThanOrEqual(lines.join("\n").split("\n").length);
      }),
      { numRuns: 3000 },
    );
  });

  it("PEM is read or refused", () => {
    const anyPem = fc
      .array(fc.oneof(anyText, fc.constantFrom("-----BEGIN A-----", "-----END A-----", "aGk=", "\r\n", " ")), {
        maxLength: 12,
      })
      .map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(anyPem, (text) => {
        const result = outcome(() => readPem(text, { maxLength: 200, maxBlocks: 3 }));
        if ("code" in result) expect(["ERR_ARMOR_LIMIT", "ERR_ARMOR_MALFORMED"]).toContain(result.code);
        else expect(result.value.blocks.length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 3000 },
    );
  });
});

it.each(["p384", "p521", "rsa2048"] as const)("no bit of a signature by %s may be another", (kind) =>
  expectEveryBitToMatter(kind),
);

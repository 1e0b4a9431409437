import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { type DerValue, derMembers, derObjectIdentifierText, readDer } from "../../src/encoding/der-reader.js";
import { derSequence, derValue } from "../../src/encoding/der-writer.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { diagnoseAnswer } from "../../src/matrix/diagnose.js";
import { lint } from "../../src/model/lint/lint.js";
import { lintUpload } from "../../src/model/lint/lint-upload.js";
import { anyJson, anyText, objectOf, outcome } from "../support/arbitraries.js";
import { derCertificate, derSignedData } from "../support/der-certificates.js";

const runs = { numRuns: 3000 };
const userId = "@alice:example.org";
const bytes = fc.uint8Array({ maxLength: 80 });
const personal = derSignedData([
  derCertificate({
    subject: [["2.5.4.5", "PNOEE-47101010033"]],
    extensions: [["2.5.29.17", derSequence(derValue(0x81, Uint8Array.of(97)))]],
  }),
]);

/** `whole` with one byte changed, or cut off, or longer. */
const damaged = (whole: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
      const copy = Uint8Array.from(whole);
      copy[at] = (copy[at] ?? 0) ^ flip;
      return copy;
    }),
    fc.nat(whole.length).map((length) => whole.slice(0, length)),
    bytes.map((more) => Uint8Array.from([...whole, ...more])),
  );

/** Everything in a value, read as deep as it goes. */
function walk(value: DerValue): unknown {
  if (value.tag === 0x06) return outcome(() => derObjectIdentifierText(value));
  return (value.tag & 0x20) === 0 ? value.contents.length : derMembers(value).map(walk);
}

const keyId = fc.oneof(
  fc.constantFrom(
    "custom:org.ietf.cms:abcd",
    "custom:org.openpgp.signature:AB",
    "io.element.x509:abcd",
    "org.example:a",
  ),
  bytes.map((key) => `custom:org.openpgp.signature:${encodeBase64(key)}`),
  anyText,
);
const openPgp = fc
  .tuple(fc.constantFrom(0x88, 0x89, 0x8a, 0x98, 0xc2, 0xc6, 0xcd), fc.constantFrom(4, 6), bytes)
  .map(([header, version, body]) => Uint8Array.from([header, body.length + 1, version, ...body]));
const value = fc.oneof(
  anyText,
  fc.oneof(bytes, damaged(personal), openPgp).map(encodeBase64),
  damaged(personal).map((der) => `-----BEGIN CMS-----\n${encodeBase64(der)}\n-----END CMS-----`),
  objectOf(anyJson) as fc.Arbitrary<JsonObject>,
);

describe("reading DER", () => {
  it("reads any bytes or refuses them with its own error", () => {
    const tree = fc.letrec<{ node: Uint8Array }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.tuple(fc.constantFrom(0x02, 0x04, 0x06, 0x81), bytes).map(([tag, contents]) => derValue(tag, contents)),
        fc
          .tuple(fc.constantFrom(0x30, 0x31, 0xa0), fc.array(tie("node"), { maxLength: 4 }))
          .map(([tag, members]) => derValue(tag, ...members)),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (whole) => {
        expect(outcome(() => walk(readDer(whole)))).toHaveProperty("value");
      }),
      runs,
    );
    const any = fc.oneof(bytes, tree.chain(damaged), damaged(personal));
    fc.assert(
      fc.property(any, (some) => {
        const { code = "ERR_DER_MALFORMED" } = outcome(() => walk(readDer(some))) as { code?: string };
        expect(code).toBe("ERR_DER_MALFORMED");
      }),
      runs,
    );
  });

  it("reads no bytes in two ways: what it reads is what the writer writes", () => {
    const rewrite = (read: DerValue): Uint8Array =>
      (read.tag & 0x20) === 0
        ? derValue(read.tag, read.contents)
        : derValue(read.tag, ...derMembers(read).map(rewrite));
    fc.assert(
      fc.property(fc.oneof(bytes, damaged(personal)), (some) => {
        const read = outcome(() => rewrite(readDer(some)));
        if ("value" in read) expect(read.value).toEqual(some);
      }),
      runs,
    );
  });
});

describe("linting", () => {
  it("never throws, finds each rule once, and finds the same on a route as among all", () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(userId), anyText), keyId, value, (signer, id, entry) => {
        const findings = lint({ userId: signer, keyId: id, value: entry });
        const rules = findings.map(({ rule }) => rule);
        expect(new Set(rules).size).toBe(rules.length);
        const inProfile = lint({ userId: signer, keyId: id, value: entry }, { route: "profile-field" });
        expect(inProfile).toEqual(findings.filter(({ routes }) => routes.includes("profile-field")));
      }),
      runs,
    );
  });

  it("lets no damage pass that leaves a personal number readable", () => {
    const number = Buffer.from("PNOEE-");
    fc.assert(
      fc.property(damaged(personal), (some) => {
        const at = Buffer.from(some).indexOf(number);
        // The type of the attribute stands before it: 2.5.4.5, then tag and length.
        const isWhole = at > 7 && Buffer.from(some.subarray(at - 7, at - 2)).equals(Buffer.from([6, 3, 0x55, 4, 5]));
        if (!isWhole || some[0] !== 0x30) return;
        const rules = lint({ userId, keyId: "custom:org.ietf.cms:abcd", value: encodeBase64(some) });
        const isStillCms = Buffer.from(some).includes(Buffer.from("06092a864886f70d010702", "hex"));
        if (isStillCms) expect(rules.map(({ rule }) => rule)).toContain("personal-data");
      }),
      runs,
    );
  });

  it("never throws over whole keys and answers", () => {
    const signatures = fc.oneof(anyJson, objectOf(objectOf(value)), objectOf(anyJson));
    fc.assert(
      fc.property(fc.record({ signatures, user_id: anyText }), (object) => {
        expect(Array.isArray(lintUpload(object, userId))).toBe(true);
        const answer = { master_keys: { [userId]: object }, self_signing_keys: object };
        expect(diagnoseAnswer(answer, userId).problem).toBeUndefined();
      }),
      runs,
    );
    fc.assert(
      fc.property(objectOf(anyJson), (answer) => {
        expect(diagnoseAnswer(answer as JsonObject, userId).isBrokenForElement).toBe(false);
      }),
      runs,
    );
  });
});

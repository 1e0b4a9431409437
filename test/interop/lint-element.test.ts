import fc from "fast-check";
import type { JsonObject } from "matrix-countersign";
import { beforeAll, describe, expect, it } from "vitest";
import { diagnoseAnswer } from "../../src/matrix/diagnose.js";
import { lintUpload } from "../../src/model/lint/lint-upload.js";
import { isReadableUserId } from "../../src/model/lint/readable.js";
import { anyJson, anyText } from "../support/arbitraries.js";
import { elementsView, elementUserIdReader } from "../support/element-crypto.js";
import { type CrossSigningKey, makeCrossSigningKey } from "../support/matrix-keys.js";

type KeyList = "master_keys" | "self_signing_keys" | "user_signing_keys";
type Spoil = (signatures: JsonObject) => unknown;

/** A user's three keys as a server would serve them. */
interface Keys {
  readonly userId: string;
  readonly master_keys: JsonObject;
  readonly self_signing_keys: JsonObject;
  readonly user_signing_keys: JsonObject;
}

const users = 100;
let keys: Keys[];
let alice: Keys;

beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: users }, (_, index) => makeKeys(`@user${index}:example.org`)));
  alice = await makeKeys("@alice:example.org");
});

async function makeKeys(userId: string): Promise<Keys> {
  const master = await makeCrossSigningKey(userId);
  const signed = async ({ object }: CrossSigningKey): Promise<JsonObject> => ({
    ...object,
    signatures: { [userId]: { [`ed25519:${master.publicKey}`]: await master.sign(object) } },
  });
  return {
    userId,
    master_keys: { ...master.object, signatures: { [userId]: {} } },
    self_signing_keys: await signed(await makeCrossSigningKey(userId, "self_signing")),
    user_signing_keys: await signed(await makeCrossSigningKey(userId, "user_signing")),
  };
}

/** An answer that holds these users, each with one key spoiled. */
function answerWith(
  spoiled: readonly { readonly of: Keys; readonly list: KeyList; readonly spoil: Spoil }[],
): JsonObject {
  const listOf = (list: KeyList) =>
    Object.fromEntries(
      spoiled.map(({ of, list: chosen, spoil }) => {
        const object = of[list];
        const signatures = spoil(object.signatures as JsonObject);
        return [of.userId, list === chosen ? { ...object, signatures } : object];
      }),
    );
  return {
    // Without an entry of devices Element goes on waiting for the user's keys.
    device_keys: Object.fromEntries(spoiled.map(({ of }) => [of.userId, {}])),
    failures: {},
    master_keys: listOf("master_keys"),
    self_signing_keys: listOf("self_signing_keys"),
    user_signing_keys: listOf("user_signing_keys"),
  };
}

/** What is there, with `entry` added to what `signer` signed. */
function adding(signer: string, entry: JsonObject): Spoil {
  return (signatures) => {
    const before = Object.hasOwn(signatures, signer) ? (signatures[signer] as JsonObject) : {};
    return Object.fromEntries([...Object.entries(signatures), [signer, { ...before, ...entry }]]);
  };
}

const own = "@alice:example.org";
const gpg = "custom:org.openpgp.signature:ABCD";
const shapes: readonly (readonly [what: string, isFatal: boolean, spoil: Spoil])[] = [
  ["nothing", false, (signatures) => signatures],
  ["text", false, adding(own, { [gpg]: "abcd" })],
  ["empty text", false, adding(own, { [gpg]: "" })],
  ["PEM", false, adding(own, { [gpg]: "-----BEGIN CMS-----\nAAAA\n-----END CMS-----" })],
  ["padded base64", false, adding(own, { [gpg]: "YQ==" })],
  ["URL-safe base64", false, adding(own, { [gpg]: "-_-_" })],
  ["30,000 characters", false, adding(own, { [gpg]: "a".repeat(30_000) })],
  ["an object", true, adding(own, { [gpg]: { signature: "abcd" } })],
  ["a number", true, adding(own, { [gpg]: 1 })],
  ["a list", true, adding(own, { [gpg]: [] })],
  ["null", true, adding(own, { [gpg]: null })],
  ["a Matrix signature that is an object", true, adding(own, { "ed25519:DEVICE": {} })],
  ["a Matrix signature that is nonsense", false, adding(own, { "ed25519:DEVICE": "nonsense!" })],
  ["a key ID without a colon", true, adding(own, { nocolonatall: "abcd" })],
  ["an empty key ID", true, adding(own, { "": "abcd" })],
  ["a key ID without an algorithm", true, adding(own, { ":abcdefgh": "abcd" })],
  ["a short key ID", false, adding(own, { "a.b:c": "abcd" })],
  ["a long key ID", false, adding(own, { [`custom:org.example:${"a".repeat(400)}`]: "abcd" })],
  ["an algorithm of 255 characters", false, adding(own, { [`${"a".repeat(255)}:b`]: "abcd" })],
  ["an algorithm of 256 bytes", true, adding(own, { [`${"\u00e9".repeat(128)}:b`]: "abcd" })],
  ["an algorithm of 512 characters", true, adding(own, { [`${"a".repeat(512)}:b`]: "abcd" })],
  ["half a character in a value", true, adding(own, { [gpg]: "\ud800" })],
  ["half a character in a key ID", true, adding(own, { "custom:org.example:\ud800": "abcd" })],
  ["half a character in a signer", true, adding("@\ud800:example.org", { "ed25519:KEY": "abcd" })],
  ["an algorithm of 256 characters", true, adding(own, { [`${"a".repeat(256)}:b`]: "abcd" })],
  ["a key ID outside ASCII", false, adding(own, { "custom:org.example:\u00e9\0": "abcd" })],
  ["another user", false, adding("@bob:example.org", { "ed25519:KEY": "abcd" })],
  ["another user without signatures", false, adding("@bob:example.org", {})],
  ["another user's object", true, adding("@bob:example.org", { "ed25519:KEY": {} })],
  ["a user of old", false, adding("@:example.org", { "ed25519:KEY": "abcd" })],
  ["a user ID of 600 characters", false, adding(`@${"a".repeat(590)}:b.example`, { "ed25519:KEY": "abcd" })],
  ["a signer that is a word", true, adding("external", { "x509:abcd": "abcd" })],
  ["a signer that is a server", true, adding("example.org", { "ed25519:auto": "abcd" })],
  ["a signer without a server", true, adding("@bob", { "ed25519:KEY": "abcd" })],
  ["a signer of a server with a space", true, adding("@bob:exa mple", { "ed25519:KEY": "abcd" })],
  ["a signer that is no user and signed nothing", true, adding("external", {})],
  ["a signer whose entry is text", true, (signatures) => ({ ...signatures, "@bob:example.org": "abcd" })],
  ["a signer whose entry is null", true, (signatures) => ({ ...signatures, "@bob:example.org": null })],
  ["text for signatures", true, () => "abcd"],
  ["null for signatures", true, () => null],
  ["a list for signatures", true, () => []],
];

describe("what breaks an identity for Element", () => {
  it.each(shapes)("on a master key: %s (%s)", async (_what, isFatal, spoil) => {
    const answer = answerWith([{ of: alice, list: "master_keys", spoil }]);
    expect((await elementsView(answer, [own])).get(own)).toBe(isFatal ? "dropped" : "unverified");
    expect(diagnoseAnswer(answer, own).isBrokenForElement).toBe(isFatal);
  });

  it.each(["self_signing_keys", "user_signing_keys"] as const)("on one of %s, for its owner", async (list) => {
    for (const [what, isFatal, spoil] of shapes) {
      const answer = answerWith([{ of: alice, list, spoil }]);
      // Without the master key's signature the key is refused whatever stands in its place.
      const isDropped = isFatal ? "dropped" : "unverified";
      expect([what, (await elementsView(answer, [own], { me: own })).get(own)]).toEqual([what, isDropped]);
      expect([what, diagnoseAnswer(answer, own).isBrokenForElement]).toEqual([what, isFatal]);
    }
  });

  it("is refused before it is uploaded", () => {
    const fatal = new Set(["object-value", "signer-not-user-id", "key-id-no-colon", "key-id-malformed"]);
    for (const [what, isFatal, spoil] of shapes) {
      const findings = lintUpload({ signatures: spoil({ [own]: {} }) }, own);
      if (isFatal) expect([what, findings.some(({ rule }) => fatal.has(rule))]).toEqual([what, true]);
    }
  });

  it("is found in generated signatures, and nothing else is", async () => {
    const spoiled = fc.record({
      list: fc.constantFrom<KeyList>("master_keys", "self_signing_keys"),
      spoil: fc.tuple(signer, keyId, value).map(([name, id, entry]) => adding(name, { [id]: entry })),
    });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(spoiled, { minLength: users, maxLength: users }), async (batch) => {
        const answer = answerWith(
          batch.flatMap((entry, index) => (keys[index] ? [{ of: keys[index], ...entry }] : [])),
        );
        const userIds = keys.map(({ userId }) => userId);
        const verdicts = await elementsView(answer, userIds);
        for (const userId of userIds) {
          const { isBrokenForElement, breakages } = diagnoseAnswer(answer, userId);
          seen.add(`${isBrokenForElement}`);
          expect([breakages, isBrokenForElement]).toEqual([breakages, verdicts.get(userId) === "dropped"]);
        }
      }),
      { numRuns: 30, endOnFailure: true },
    );
    expect([...seen].sort()).toEqual(["false", "true"]);
  });
});

const port = fc.oneof(
  fc.integer({ min: 0, max: 70_000 }).map(String),
  fc.string({ unit: fc.constantFrom(..."+-0189 "), maxLength: 7 }),
);
const host = fc.oneof(
  fc.constantFrom("example.org", "localhost", "1.2.3.4", "[::1]", "b_c", "b\u00fccher.example", ""),
  fc.string({ unit: fc.constantFrom(..."aZ09-.:[]_%/ \u00e9"), maxLength: 8 }),
  fc.ipV6().map((address) => `[${address}]`),
  fc.string({ unit: fc.constantFrom(..."0123fF:.::"), maxLength: 24 }).map((address) => `[${address}]`),
);
const signer = fc.oneof(
  fc.constant("@bob:example.org"),
  fc
    .tuple(fc.constantFrom("@", "@", "@", ""), anyText, host, port)
    .map(([at, local, name, number]) => `${at}${local}:${name}:${number}`),
  fc.tuple(anyText, host).map(([local, name]) => `@${local}:${name}`),
  anyText,
);
const keyId = fc.oneof(
  fc.constantFrom(gpg, "ed25519:KEY", ":", ":a", "a:", "a"),
  fc.tuple(anyText, anyText).map((parts) => parts.join(":")),
  anyText,
);
const value = fc.oneof({ weight: 4, arbitrary: anyText }, { weight: 1, arbitrary: anyJson });

it("reads user IDs as Element does", async () => {
  const reads = await elementUserIdReader();
  const wellFormed = signer.map((text) => text.replace(/\p{Surrogate}/gu, "\ufffd"));
  const cases = [
    "@a:b:+80",
    "@a:b:65535",
    "@a:b:65536",
    "@a:[::1]x",
    "@a:[]",
    "@a:[1.2.3.4]",
    "@a:[::1.2.3.4]",
    "@a:[::1%1]",
  ];
  for (const text of [
    ...cases,
    "@a:[::01.2.3.4]",
    "@a:[0001::]",
    "@a:[00001::]",
    "@a:[::1]:",
    "@a:b\n",
    "@a:",
    "@@a:b",
  ]) {
    expect([text, isReadableUserId(text)]).toEqual([text, reads(text)]);
  }
  fc.assert(
    fc.property(wellFormed, (text) => {
      expect(isReadableUserId(text)).toBe(reads(text));
    }),
    { numRuns: 20_000 },
  );
});

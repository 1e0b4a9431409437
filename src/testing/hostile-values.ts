import { encodeBase64 } from "../encoding/base64.js";
import { utf8 } from "../encoding/bytes.js";
import type { JsonObject } from "../encoding/json-object.js";
import type { SignatureValue } from "../model/external-signature.js";

/** The longest value that an algorithm is ever asked about. */
const maxValueLength = 256 * 1024;
const deep = 10_000;

/** Names that trip programs which keep strangers' words in plain objects. */
const prototypeNames = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "toJSON"];

const oddTexts = [
  "",
  " ",
  "\n",
  "\0",
  "=",
  "A",
  "AA",
  "AAA=",
  "A===",
  ".",
  "..",
  "-",
  "{}",
  "[]",
  "null",
  "0",
  "\ufeff",
];
const oddLetters = ["\ud800", "\udfff\ud800", "😀", "ä", "\u202e", "٣", "/../../etc/passwd", "<b>", "'; --"];

/** No key of anybody's. */
export const hostileKeys: readonly string[] = [
  ...prototypeNames,
  ...oddTexts,
  ...oddLetters,
  "0".repeat(40),
  "F".repeat(64),
  "A".repeat(43),
  "A".repeat(64 * 1024),
];

/** Values that are no signature of any algorithm, with what is odd about them. */
export const hostileValues: readonly (readonly [what: string, values: () => SignatureValue[]])[] = [
  ["odd texts", () => [...oddTexts, ...oddLetters, ...prototypeNames]],
  ["random bytes in base64", () => [1, 2, 31, 32, 33, 63, 64, 65, 96, 128, 256, 512, 2048].map(randomBase64)],
  ["text of 256 KiB", () => ["A", "/", "(", "=", "\n", "-", "0", "\ud800", ". ", "AAAA\n"].map(filled)],
  ["random bytes of 190 KiB in base64", () => [randomBase64(190_000)]],
  ["DER that lies about its length", () => derHeaders.map((header) => encodeBase64(Uint8Array.from(header)))],
  ["armor without an end, without a body and twice", () => armorLabels.flatMap(brokenArmor)],
  ["odd objects", () => oddObjects()],
  ["objects under names of prototypes", () => prototypeNames.map(underName)],
  ["an object of 256 KiB", () => [{ signature: filled("A") }, manyMembers(10_000)]],
  ["an object nested 10,000 deep", () => [nested(), { signature: nested() }, { signature: nestedArray() }]],
];

const derHeaders = [
  [0x30],
  [0x30, 0x80, 0, 0],
  [0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
  [0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x1f, 0xff, 0xff, 0xff, 0xff, 0x7f, 0],
];

const armorLabels = ["PGP SIGNATURE", "CMS", "PKCS7", "SSH SIGNATURE", "CERTIFICATE"];

function brokenArmor(label: string): string[] {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`];
  const body = randomBase64(300);
  return [`${begin}\n\n${body}`, `${begin}\n${end}`, `${begin}\n\n${body}\n${end}\n`, filled(`${begin}\n`)];
}

function oddObjects(): JsonObject[] {
  const values = ["", "A", "\ud800", 0, -0, 0.5, 1e300, -1, 2 ** 53, true, null, [], [1], {}, { signature: "A" }];
  const members = values.map((value) => ({ signature: value, expires: value, created_ts: value, expires_ts: value }));
  return [{}, { "": "" }, { "\ud800": "\ud800" }, { 0: "A", length: 1 }, ...members];
}

/** Own members, as `JSON.parse` makes them, whatever their names. */
function underName(name: string): JsonObject {
  return JSON.parse(
    `{${JSON.stringify(name)}:{"signature":"A"},"signature":{${JSON.stringify(name)}:1}}`,
  ) as JsonObject;
}

function manyMembers(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`member${index}`, "A"]));
}

function nested(): JsonObject {
  let value: JsonObject = {};
  for (let depth = 0; depth < deep; depth++) value = { signature: value };
  return value;
}

function nestedArray(): unknown[] {
  let value: unknown[] = [];
  for (let depth = 0; depth < deep; depth++) value = [value];
  return value;
}

function filled(unit: string): string {
  return unit.repeat(Math.floor(maxValueLength / unit.length));
}

/** The same bytes in every run: a failure can be repeated. */
function randomBase64(length: number): string {
  const bytes = new Uint8Array(length);
  let state = utf8("conformance").reduce((sum, byte) => sum + byte, length) | 1;
  for (let index = 0; index < length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state & 0xff;
  }
  return encodeBase64(bytes);
}

import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64, tryDecodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, decodeUtf8, equalBytes, toHex, utf8 } from "../../src/encoding/bytes.js";
import { canonicalJson, compareCodePoints } from "../../src/encoding/canonical-json.js";
import { parseJson } from "../../src/encoding/parse-json.js";
import { anyJson, anyText, canonicalData, outcome } from "../support/arbitraries.js";

const runs = { numRuns: 3000 };

/** JSON text with a few characters knocked out, doubled or replaced. */
const damagedJson = fc
  .tuple(
    anyJson.map((value) => JSON.stringify(value)),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom("", '"', "{", "}", "[", "]", ",", ":", "\\", "\\u", "-", "0", ".", "e", "\n", "\u2028"),
      ),
      {
        maxLength: 4,
      },
    ),
  )
  .map(([text, changes]) => changes.reduce((damaged, [at, piece]) => splice(damaged, at, piece), text));

function splice(text: string, at: number, piece: string): string {
  const index = at % (text.length + 1);
  return text.slice(0, index) + piece + text.slice(index + (at % 2));
}

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe("parseJson", () => {
  it("returns or throws CountersignError, and agrees with JSON.parse wherever it returns", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, damagedJson, fc.json()), (text) => {
        const result = outcome(() => parseJson(text));
        if ("value" in result) expect(JSON.stringify(result.value)).toBe(JSON.stringify(JSON.parse(text)));
        else expect(["ERR_JSON_SYNTAX", "ERR_JSON_VALUE", "ERR_JSON_LIMIT"]).toContain(result.code);
      }),
      runs,
    );
  });

  it("refuses JSON of JSON.parse only for numbers, duplicate keys and depth", () => {
    fc.assert(
      fc.property(canonicalData, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(value));
      }),
      runs,
    );
  });

  it("sees a duplicate key however it is escaped", () => {
    const escaped = (name: string): string =>
      [...name].map((_, index) => `\\u${name.charCodeAt(index).toString(16).padStart(4, "0")}`).join("");
    fc.assert(
      fc.property(fc.string({ maxLength: 5 }), (name) => {
        const text = `{${JSON.stringify(name)}:1,"${escaped(name)}":2}`;
        expect(outcome(() => parseJson(text))).toEqual({ code: "ERR_JSON_SYNTAX" });
      }),
    );
  });
});

describe("canonicalJson", () => {
  it("returns or throws CountersignError for anything at all", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyJson,
          fc.anything({
            withBigInt: true,
            withDate: true,
            withMap: true,
            withNullPrototype: true,
            withSparseArray: true,
            withTypedArray: true,
          }),
        ),
        (value) => {
          const result = outcome(() => canonicalJson(value));
          if ("code" in result) expect(["ERR_JSON_VALUE", "ERR_JSON_LIMIT"]).toContain(result.code);
        },
      ),
      runs,
    );
  });

  it("comes back the same through both parsers, keys in order of code points", () => {
    fc.assert(
      fc.property(canonicalData, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(parseJson(text))).toBe(text);
        expect(decodeUtf8(utf8(text))).toBe(text);
      }),
      runs,
    );
  });

  it("does not depend on the order in which members were written", () => {
    const entries = fc.uniqueArray(
      fc.tuple(
        anyText.filter((text) => !/\p{Surrogate}/u.test(text)),
        fc.nat(),
      ),
      {
        selector: ([name]) => name,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(entries, (members) => {
        const text = canonicalJson(Object.fromEntries(members));
        expect(canonicalJson(Object.fromEntries(members.toReversed()))).toBe(text);
        const names = [...text.matchAll(/("(?:[^"\\]|\\.)*"):/g)].map(([, name]) => JSON.parse(name ?? "") as string);
        expect(names).toEqual(members.map(([name]) => name).sort(byCodePoint));
      }),
      runs,
    );
  });

  it("orders as the arrays of code points do", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(byCodePoint(a, b)));
      }),
      runs,
    );
  });
});

/** The slow and obvious way. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  for (const [index, point] of (left ?? []).entries()) {
    const other = right?.[index];
    if (other === undefined) return 1;
    if (point !== other) return point - other;
  }
  return (left?.length ?? 0) - (right?.length ?? 0);
}

describe("base64", () => {
  it("reads what it wrote, padded and not, and writes as Node does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64(bytes);
        const padded = Buffer.from(bytes).toString("base64");
        expect(text).toBe(padded.replaceAll("=", ""));
        expect(equalBytes(decodeBase64(text), bytes)).toBe(true);
        expect(equalBytes(decodeBase64(padded), bytes)).toBe(true);
      }),
      runs,
    );
  });

  it("has one unpadded form for each value: what it reads it writes again", () => {
    const almost = fc.string({ unit: fc.constantFrom(..."ABCDwxyz0189+/=-_ \n"), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(anyText, almost), (text) => {
        const result = outcome(() => decodeBase64(text));
        if ("value" in result) expect(encodeBase64(result.value)).toBe(text.replace(/=+$/, ""));
        else expect(result.code).toBe("ERR_BASE64_MALFORMED");
        expect(tryDecodeBase64(text)).toEqual("value" in result ? result.value : undefined);
      }),
      runs,
    );
  });
});

describe("bytes", () => {
  it("decodes UTF-8 exactly where encoding gives the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const text = decodeUtf8(bytes);
        if (text !== undefined) expect(toHex(utf8(text))).toBe(toHex(bytes));
        else expect(Buffer.from(bytes).toString("utf8")).toContain("\ufffd");
      }),
      runs,
    );
  });

  it("joins parts into what they make in a row", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (parts) => {
        expect(toHex(concatBytes(...parts))).toBe(Buffer.concat(parts).toString("hex"));
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64, tryDecodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, decodeUtf8, equalBytes, sha256, toHex, utf8 } from "../../src/encoding/bytes.js";
import { canonicalJson, compareCodePoints, maxJsonDepth } from "../../src/encoding/canonical-json.js";
import { parseJson } from "../../src/encoding/parse-json.js";
import type { ErrorCode } from "../../src/errors.js";

const failsWith = (code: ErrorCode): unknown => expect.objectContaining({ name: "CountersignError", code });

function nested(levels: number, open: string, close: string): string {
  return open.repeat(levels) + close.repeat(levels);
}

describe("canonicalJson", () => {
  it.each<[unknown, string]>([
    [{}, "{}"],
    [{ one: 1, two: "Two" }, '{"one":1,"two":"Two"}'],
    [{ b: "2", a: "1" }, '{"a":"1","b":"2"}'],
    [{ "\u672c": 2, "\u65e5": 1 }, '{"\u65e5":1,"\u672c":2}'],
    [{ a: "\u65e5" }, '{"a":"\u65e5"}'],
    [{ a: null, c: [true, false, []] }, '{"a":null,"c":[true,false,[]]}'],
    ['\0\b\t\n\v\f\r\u001f"\\/\u007f', '"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\"\\\\/\u007f"'],
    ["\u2028\u2029<>&", '"\u2028\u2029<>&"'],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [-Number.MAX_SAFE_INTEGER, "-9007199254740991"],
    [{ "\u{10000}": 1, "\uffff": 2, "\ue000": 3, "\ud7ff": 4 }, '{"\ud7ff":4,"\ue000":3,"\uffff":2,"\u{10000}":1}'],
    [{ 10: 1, 9: 2, "": 3 }, '{"":3,"10":1,"9":2}'],
    [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])("writes %j", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each<[string, unknown]>([
    ["a fraction", 0.1],
    ["minus zero", -0],
    ["NaN", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["2^53", 2 ** 53],
    ["undefined", undefined],
    ["a member that is undefined", { a: undefined }],
    ["a hole in an array", new Array(1)],
    ["a BigInt", 1n],
    ["a function", () => 1],
    ["a symbol", Symbol("a")],
    ["a symbol as key", { [Symbol("a")]: 1 }],
    ["a lone high surrogate", "\ud800"],
    ["a lone low surrogate as key", { "\udc00": 1 }],
    ["surrogates in the wrong order", "\udc00\ud800"],
    ["a Date", new Date(0)],
    ["a Map", new Map()],
    ["boxed text", new String("a")],
    ["bytes", new Uint8Array(1)],
    [
      "something with toJSON in a class",
      new (class {
        toJSON() {
          return 1;
        }
      })(),
    ],
  ])("refuses %s", (_what, value) => {
    expect(() => canonicalJson(value)).toThrowError(failsWith("ERR_JSON_VALUE"));
    expect(() => canonicalJson([value])).toThrowError(failsWith("ERR_JSON_VALUE"));
  });

  it("ignores a toJSON that is data", () => {
    expect(canonicalJson({ toJSON: "a" })).toBe('{"toJSON":"a"}');
    expect(() => canonicalJson({ toJSON: () => "a" })).toThrowError(failsWith("ERR_JSON_VALUE"));
  });

  it("writes what is nested as deep as allowed, and refuses one level more and a cycle", () => {
    const deepest = nested(maxJsonDepth, "[", "]");
    expect(canonicalJson(JSON.parse(deepest))).toBe(deepest);
    expect(() => canonicalJson(JSON.parse(`[${deepest}]`))).toThrowError(failsWith("ERR_JSON_LIMIT"));
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => canonicalJson(cycle)).toThrowError(failsWith("ERR_JSON_LIMIT"));
  });

  it("orders by code point where JavaScript orders by unit", () => {
    expect(["\u{10000}", "\uffff", "a", "", "\ud7ff"].sort(compareCodePoints)).toEqual([
      "",
      "a",
      "\ud7ff",
      "\uffff",
      "\u{10000}",
    ]);
    expect(compareCodePoints("a", "a")).toBe(0);
    expect(compareCodePoints("a", "ab")).toBeLessThan(0);
  });
});

describe("parseJson", () => {
  it.each<[string]>([
    ['{"a":1}'],
    [' \t\r\n[ 1 , -1 , 0 , true , false , null , "" ] '],
    ['{"__proto__":{"a":1},"constructor":2}'],
    ['"\\ud83d\\ude00\\u0000\\/\\b"'],
    ['"\u2028\u2029"'],
    ["9007199254740991"],
    ['"\\ud800"'],
  ])("reads %s as JSON.parse does", (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
  });

  it("makes __proto__ an ordinary member", () => {
    const value = parseJson('{"__proto__":{"polluted":1}}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
  });

  it.each<[string, ErrorCode]>([
    ["", "ERR_JSON_SYNTAX"],
    ["{", "ERR_JSON_SYNTAX"],
    ["[1,]", "ERR_JSON_SYNTAX"],
    ["{,}", "ERR_JSON_SYNTAX"],
    ["[1 2]", "ERR_JSON_SYNTAX"],
    ["1 2", "ERR_JSON_SYNTAX"],
    ["{a:1}", "ERR_JSON_SYNTAX"],
    ["'a'", "ERR_JSON_SYNTAX"],
    ['"a', "ERR_JSON_SYNTAX"],
    ['"\n"', "ERR_JSON_SYNTAX"],
    ['"\\x"', "ERR_JSON_SYNTAX"],
    ['"\\u12"', "ERR_JSON_SYNTAX"],
    ["\ufeff1", "ERR_JSON_SYNTAX"],
    ["\u00a01", "ERR_JSON_SYNTAX"],
    ["truely", "ERR_JSON_SYNTAX"],
    ["NaN", "ERR_JSON_SYNTAX"],
    ["01", "ERR_JSON_SYNTAX"],
    ["+1", "ERR_JSON_SYNTAX"],
    ['{"a":1,"a":1}', "ERR_JSON_SYNTAX"],
    ['{"a":1,"\\u0061":2}', "ERR_JSON_SYNTAX"],
    ['{"__proto__":1,"__proto__":2}', "ERR_JSON_SYNTAX"],
    ["1.0", "ERR_JSON_VALUE"],
    ["1e3", "ERR_JSON_VALUE"],
    ["-0", "ERR_JSON_VALUE"],
    ["9007199254740992", "ERR_JSON_VALUE"],
    ["9007199254740993", "ERR_JSON_VALUE"],
    ["1e999", "ERR_JSON_VALUE"],
    [nested(maxJsonDepth + 1, "[", "]"), "ERR_JSON_LIMIT"],
  ])("refuses %j with its code", (text, code) => {
    expect(() => parseJson(text)).toThrowError(failsWith(code));
  });

  it("reads as deep, and as many characters, as allowed", () => {
    expect(JSON.stringify(parseJson(nested(maxJsonDepth, "[", "]")))).toBe(nested(maxJsonDepth, "[", "]"));
    expect(parseJson('"12"', 4)).toBe("12");
    expect(() => parseJson('"123"', 4)).toThrowError(failsWith("ERR_JSON_LIMIT"));
  });

  it("refuses a million levels, and a character too many", () => {
    expect(() => parseJson("[".repeat(1_000_000))).toThrowError(failsWith("ERR_JSON_LIMIT"));
    expect(() => parseJson('{"a":'.repeat(200_000))).toThrowError(failsWith("ERR_JSON_LIMIT"));
    expect(() => parseJson(" ".repeat((1 << 20) + 1))).toThrowError(failsWith("ERR_JSON_LIMIT"));
  });

  it("reads a megabyte of escapes without running out of stack", () => {
    expect(parseJson(`"${"\\n".repeat(500_000)}"`)).toHaveLength(500_000);
  });
});

describe("base64", () => {
  // RFC 4648 §10, without padding
  it.each([
    ["", ""],
    ["f", "Zg"],
    ["fo", "Zm8"],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg"],
    ["fooba", "Zm9vYmE"],
    ["foobar", "Zm9vYmFy"],
  ])("writes and reads %j", (plain, text) => {
    expect(encodeBase64(utf8(plain))).toBe(text);
    expect(decodeUtf8(decodeBase64(text))).toBe(plain);
    expect(decodeUtf8(decodeBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "=")))).toBe(plain);
  });

  it.each([
    ["a single digit", "Z"],
    ["padding that is too short", "Zg="],
    ["padding that is too long", "Zm8=="],
    ["padding alone", "=="],
    ["padding that nothing needs", "Zm9v="],
    ["padding in the middle", "Zg==Zg=="],
    ["stray bits behind the last byte", "Zh"],
    ["stray bits, padded", "Zm9="],
    ["white space", "Zm9v\n"],
    ["white space inside", "Zm 9v"],
    ["the URL-safe alphabet", "-_-_"],
    ["characters outside ASCII", "Zm9\u00e9"],
  ])("refuses %s", (_what, text) => {
    expect(() => decodeBase64(text)).toThrowError(failsWith("ERR_BASE64_MALFORMED"));
    expect(tryDecodeBase64(text)).toBeUndefined();
  });

  it("writes more bytes than one call can take as arguments", () => {
    const bytes = new Uint8Array(300_001).fill(0xa5);
    expect(equalBytes(decodeBase64(encodeBase64(bytes)), bytes)).toBe(true);
  });
});

describe("bytes", () => {
  it.each([
    ["a lone continuation byte", [0x80]],
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a code point beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a sequence cut short", [0xe2, 0x82]],
  ])("reads no UTF-8 from %s", (_what, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  });

  it("keeps a byte order mark", () => {
    expect(decodeUtf8(utf8("\ufeffa"))).toBe("\ufeffa");
  });

  it("joins, compares and writes as hexadecimal", () => {
    const bytes = concatBytes(Uint8Array.of(0, 1), new Uint8Array(), Uint8Array.of(255));
    expect(toHex(bytes)).toBe("0001ff");
    expect(equalBytes(bytes, Uint8Array.of(0, 1, 255))).toBe(true);
    expect(equalBytes(bytes, Uint8Array.of(0, 1))).toBe(false);
    expect(equalBytes(bytes, Uint8Array.of(0, 1, 254))).toBe(false);
  });

  it("hashes as FIPS 180-4 shows", async () => {
    expect(toHex(await sha256(utf8("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

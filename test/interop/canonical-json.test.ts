import fc from "fast-check";
import { canonicalJson } from "matrix-countersign";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CanonicalJsonOracle, startCanonicalJsonOracle } from "../support/python-oracle.js";

let oracle: CanonicalJsonOracle;
beforeAll(async () => {
  oracle = await startCanonicalJsonOracle();
});
afterAll(() => oracle.close());

/** Characters where encoders differ: escapes, both sides of the surrogates, line separators, case and accent pairs. */
const awkward = [
  ..."\0\b\t\n\v\f\r\u001b\u001f\"\\/<>&'\u007f\u0080\u009f\u00e9\u0301\u2028\u2029\ud7ff\ue000\ufeff\ufffd\uffff",
];
const astral = ["\u{10000}", "\u{1f600}", "\u{10ffff}"];
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.array(fc.constantFrom(...awkward, ...astral, "a", "B"), { maxLength: 8 }).map((parts) => parts.join("")),
  fc.constantFrom("__proto__", "constructor", "toJSON", "signatures", ""),
);
const bound = Number.MAX_SAFE_INTEGER;
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(bound, bound - 1, -bound, 1 - bound, 0, -1, 2 ** 31, 2 ** 32, 1e15, -1e15),
);
const leaf = fc.oneof(text, integer, fc.boolean(), fc.constant(null));
const entriesOf = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(text, value), { maxLength: 8 }).map((entries) => Object.fromEntries(entries));
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 5 }),
    entriesOf(tie("value")),
  ),
}));
const object = entriesOf(json);
/** A value far down, under arrays and objects in turn. */
const deep = fc.tuple(leaf, fc.integer({ min: 50, max: 60 }), text).map(([value, levels, key]) => {
  let nested: unknown = value;
  for (let level = 0; level < levels; level++) nested = { [key]: [nested] };
  return nested;
});

/** What our encoder does, in the oracle's words. */
function ours(value: unknown): { text: string } | { error: string } {
  try {
    return { text: canonicalJson(value) };
  } catch (error) {
    return { error: error instanceof Error && "code" in error ? String(error.code) : String(error) };
  }
}

describe("canonical JSON beside Python's canonicaljson", () => {
  test("agrees byte for byte on generated objects", async () => {
    const batch = fc.array(fc.oneof({ weight: 8, arbitrary: object }, { weight: 1, arbitrary: deep }), {
      minLength: 60,
      maxLength: 60,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(batch, async (values) => {
        const answers = await oracle.encode(values.map((value) => JSON.stringify(value)));
        expect(values.map(ours)).toEqual(answers);
        expect(answers.every((answer) => "text" in answer)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("sorts keys above U+FFFF by code point, behind U+E000 to U+FFFF", async () => {
    const value = { "\u{1f600}": 1, "\uffff": 2, "\ue000": 3, "\ud7ff": 4, "a\u{10000}": 5, "a\ufffd": 6 };
    const [answer] = await oracle.encode([JSON.stringify(value)]);
    expect(ours(value)).toEqual(answer);
    expect(canonicalJson(value)).toBe('{"a\ufffd":6,"a\u{10000}":5,"\ud7ff":4,"\ue000":3,"\uffff":2,"\u{1f600}":1}');
  });

  test("refuses a lone surrogate in a key or a value, as the oracle does", async () => {
    const lone = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));
    // Letters around it, so that it cannot become a pair.
    const broken = fc.tuple(text, lone, text).map(([before, surrogate, after]) => `${before}a${surrogate}z${after}`);
    const place = fc.constantFrom(
      (bad: string, good: unknown): unknown => ({ good, bad }),
      (bad: string, good: unknown): unknown => ({ [bad]: good }),
      (bad: string, good: unknown): unknown => [[good, { nested: [bad] }]],
    );
    const batch = fc.array(fc.tuple(place, broken, json), { minLength: 40, maxLength: 40, size: "max" });
    await fc.assert(
      fc.asyncProperty(batch, async (cases) => {
        const values = cases.map(([put, bad, good]) => put(bad, good));
        const answers = await oracle.encode(values.map((value) => JSON.stringify(value)));
        expect(answers).toEqual(values.map(() => ({ error: "UnicodeEncodeError" })));
        expect(values.map(ours)).toEqual(values.map(() => ({ error: "ERR_JSON_VALUE" })));
      }),
      { numRuns: 20 },
    );
  });

  test("refuses floats, -0 and integers beyond 2^53 - 1, which the oracle lets through", async () => {
    const cases: [json: string, value: number][] = [
      ["1.5", 1.5],
      ["-0.0", -0],
      ["1e-7", 1e-7],
      ["1e21", 1e21],
      ["9007199254740992", 2 ** 53],
      ["-9007199254740992", -(2 ** 53)],
      ["9007199254740993", 2 ** 53 + 2],
    ];
    const answers = await oracle.encode(cases.map(([jsonText]) => `{"n":[${jsonText}]}`));
    expect(answers.filter((answer) => !("text" in answer))).toEqual([]);
    for (const [, value] of cases) expect(ours({ n: [value] })).toEqual({ error: "ERR_JSON_VALUE" });
  });

  test("refuses generated floats and great integers anywhere", () => {
    const number = fc.double({ noNaN: false }).filter((value) => !Number.isSafeInteger(value) || Object.is(value, -0));
    fc.assert(
      fc.property(number, text, (value, key) => {
        expect(ours({ [key]: [value] })).toEqual({ error: "ERR_JSON_VALUE" });
      }),
    );
  });

  test("refuses what is no number, as the oracle does", async () => {
    const answers = await oracle.encode(["NaN", "Infinity", "-Infinity"]);
    expect(answers.map((answer) => "error" in answer)).toEqual([true, true, true]);
    for (const value of [Number.NaN, Infinity, -Infinity]) expect(ours(value)).toEqual({ error: "ERR_JSON_VALUE" });
  });
});

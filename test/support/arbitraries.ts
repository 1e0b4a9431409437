import fc from "fast-check";
import { CountersignError } from "matrix-countersign";

/** Names that trip programs which keep strangers' words in plain objects. */
export const hostileName: fc.Arbitrary<string> = fc.constantFrom(
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "toJSON",
  "",
  "\ud800",
);

/** Text of every kind: any code points, lone surrogates, hostile names. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
  hostileName,
);

/** Data such as `JSON.parse` gives, under hostile keys; `leaf` says what it is made of. */
export function jsonOf(leaf: fc.Arbitrary<unknown>, text: fc.Arbitrary<string> = anyText): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 4 }), objectOf(tie("value"), text)),
  })).value;
}

/** A plain object whose members are own members, whatever their names. */
export function objectOf<T>(
  value: fc.Arbitrary<T>,
  text: fc.Arbitrary<string> = anyText,
): fc.Arbitrary<{ [name: string]: T }> {
  return fc.array(fc.tuple(text, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}

/** Any JSON data at all, floats, huge numbers and lone surrogates included. */
export const anyJson: fc.Arbitrary<unknown> = jsonOf(
  fc.oneof(
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
  ),
);

/** JSON data that has a canonical form. */
export const canonicalData: fc.Arbitrary<unknown> = jsonOf(
  fc.oneof(anyText.map(wellFormed), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
  anyText.map(wellFormed),
);

/** What `read` returns, or the `CountersignError` that it throws; anything else that is thrown fails the property. */
export function outcome<T>(read: () => T): { value: T } | { code: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof CountersignError) return { code: error.code };
    throw error;
  }
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

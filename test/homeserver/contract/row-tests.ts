import { describe, expect, test } from "vitest";
import type { ExpectedRow } from "./expectations.js";
import { asObject, at } from "./http.js";
import type { ContractRow } from "./row.js";

/**
 * One test for each fact of the expected row, on a row that `measured` gives when the tests run. A fact is what stands on
 * the second level: one upload with its answer and what became of it, one path, one size.
 */
export function testsOfRow(name: string, expected: ExpectedRow, measured: () => ContractRow): void {
  describe(name, () => {
    for (const [part, facts] of Object.entries(expected)) {
      for (const [fact, value] of Object.entries(asObject(facts) ?? { "": facts })) {
        const path = fact === "" ? [part] : [part, fact];
        test(`${path.join(" ")}: ${brief(value)}`, () => {
          expect(differences(value, at(measured(), ...path), path.join("."))).toEqual([]);
        });
      }
    }
  });
}

/** Where the measured value is not as expected, in words. What is not expected may be anything. */
export function differences(expected: unknown, measured: unknown, path: string): string[] {
  if (expected instanceof RegExp) {
    return expected.test(String(measured)) ? [] : [`${path}: expected ${expected}, got ${JSON.stringify(measured)}`];
  }
  const members = asObject(expected);
  if (members !== undefined) {
    return Object.entries(members).flatMap(([name, member]) =>
      differences(member, at(measured, name), `${path}.${name}`),
    );
  }
  if (expected === measured) return [];
  return [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(measured)}`];
}

function brief(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  const members = asObject(value);
  if (members === undefined) return JSON.stringify(value);
  return Object.entries(members)
    .map(([name, member]) => `${name} ${brief(member)}`)
    .join(", ");
}

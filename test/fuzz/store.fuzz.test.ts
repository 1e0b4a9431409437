import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { isFresh, reportKind } from "../../src/store/cache-kind.js";
import { readOutboxEntry, readReport } from "../../src/store/record.js";
import { anyJson, anyText } from "../support/arbitraries.js";
import { sampleEntry, sampleNow, sampleReport } from "../support/cached-reports.js";

const runs = { numRuns: 3000 };

/** What a database may hold: JSON data, and all that structured clone adds to it. */
const anything = fc.oneof(
  anyJson,
  anyText,
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
);

/** `record` with one member, at any depth, put in another's place. */
function damaged(record: object): fc.Arbitrary<unknown> {
  const paths = pathsOf(record);
  return fc.tuple(fc.constantFrom(...paths), anything).map(([path, member]) => {
    const copy = structuredClone(record);
    const last = path.at(-1) ?? "";
    const holder = path.slice(0, -1).reduce<unknown>((at, name) => Reflect.get(at as object, name), copy);
    Reflect.set(holder as object, last, member);
    return copy;
  });
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [[name], ...pathsOf(member).map((path) => [name, ...path])]);
}

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it("reads a report back from anything, or nothing, and never throws; what it gives back it reads again", () => {
  fc.assert(
    fc.property(fc.oneof(anything, damaged(sampleReport(0))), (value) => {
      const report = readReport(value);
      if (!report) return;
      expect(readReport(report)).toEqual(report);
      expect(["valid", "invalid", "indeterminate", "unsupported"]).toContain(report.verdict.status);
      expect(JSON.stringify(report).length).toBeLessThan(64_000);
      expect(typeof isFresh(report, reportKind, sampleNow)).toBe("boolean");
    }),
    runs,
  );
});

it("reads a kept signature back from anything, or nothing, and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(anything, damaged(sampleEntry("a"))), (value) => {
      const kept = readOutboxEntry(value);
      if (kept) expect(readOutboxEntry(kept)).toEqual(kept);
    }),
    runs,
  );
});

import fc from "fast-check";
import { type CachedField, canonicalJson, type SeenManifest } from "matrix-countersign";
import { type CachedReport, memoryStore, type OutboxEntry } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { isFresh, reportKind } from "../../src/store/cache-kind.js";
import { readField, readOutboxEntry, readReport, readSeenManifest } from "../../src/store/record.js";
import { anyJson, anyText, canonicalData } from "../support/arbitraries.js";
import { sampleEntry, sampleField, sampleNow, sampleReport, sampleSeen } from "../support/cached-reports.js";

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

it.each<[string, (value: unknown) => object | undefined, object]>([
  ["an entry of the outbox", readOutboxEntry, sampleEntry("a")],
  ["a manifest that was seen", readSeenManifest, sampleSeen(0, 5)],
  ["a profile field", readField, sampleField(0)],
])(
  "reads %s back from anything, or nothing, and never throws; what it gives back it reads again",
  (_what, read, sample) => {
    fc.assert(
      fc.property(fc.oneof(anything, damaged(sample)), (value) => {
        const copy = read(value);
        if (!copy) return;
        expect(read(copy)).toEqual(copy);
        expect(Object.isFrozen(copy)).toBe(true);
      }),
      runs,
    );
  },
);

it("keeps a manifest and a field with canonical JSON as they are, whatever is in them", () => {
  fc.assert(
    fc.property(canonicalData, (data) => {
      const json = { data };
      expect(canonicalJson(readSeenManifest(sampleSeen(0, 5, { manifest: json }))?.manifest)).toBe(canonicalJson(json));
      expect(canonicalJson(readField(sampleField(0, { field: json }))?.field)).toBe(canonicalJson(json));
    }),
    runs,
  );
});

it("serves from memory whatever is put, without a throw but for what the outbox refuses", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(anything, damaged(sampleSeen(0, 5)), damaged(sampleField(0)))), async (list) => {
      const store = memoryStore({ now: () => sampleNow });
      await store.putManifests(list as SeenManifest[]);
      await store.putFields(list as CachedField[]);
      await store.putReports(list as CachedReport[]);
      for (const entry of list as OutboxEntry[]) {
        await store.putOutbox(entry).catch((error) => expect(error).toMatchObject({ code: "ERR_SIGNATURE_VALUE" }));
      }
      const { userId } = sampleSeen(0, 5);
      for (const seen of (await store.getManifests([userId])).get(userId) ?? []) expect(seen.userId).toBe(userId);
      expect((await store.outbox()).length).toBeLessThanOrEqual(list.length);
      store.close();
    }),
    { numRuns: 500 },
  );
});

import fc from "fast-check";
import type { SeenManifest } from "matrix-countersign";
import { expect, it } from "vitest";
import { newestSeen } from "../../src/store/newest-seen.js";
import { sampleKey, sampleNow, sampleSeen } from "../support/cached-reports.js";

/** Few values each, so that everything collides with everything. */
const seenManifest: fc.Arbitrary<SeenManifest> = fc
  .record({
    masterKey: fc.constantFrom("ed25519:a", "ed25519:b", "__proto__"),
    approvedBy: fc.constantFrom("ed25519:s", "ed25519:t", "ed25519:u"),
    sequence: fc.nat({ max: 3 }),
    digest: fc.nat({ max: 6 }).map(sampleKey),
    seenAt: fc.integer({ min: -3, max: 3 }).map((seconds) => sampleNow + seconds * 1000),
  })
  .map((changes) => sampleSeen(0, 0, changes));

const lineOf = ({ masterKey, approvedBy }: SeenManifest): string => `${masterKey} ${approvedBy}`;

it("gives the same whatever the order, and leaves what is the newest as it is", () => {
  fc.assert(
    fc.property(
      fc
        .array(seenManifest, { maxLength: 30 })
        .chain((seen) => fc.tuple(fc.constant(seen), fc.shuffledSubarray(seen, { minLength: seen.length }))),
      ([seen, shuffled]) => {
        const newest = newestSeen(seen, sampleNow);
        expect(newestSeen(shuffled, sampleNow)).toEqual(newest);
        expect(newestSeen(newest, sampleNow)).toEqual(newest);
      },
    ),
  );
});

it("keeps of each key the highest sequence alone, four that differ at most, eight of a master key, and each once", () => {
  fc.assert(
    fc.property(fc.array(seenManifest, { maxLength: 30 }), (seen) => {
      const newest = newestSeen(seen, sampleNow);
      for (const one of newest) {
        expect(newest.filter(({ masterKey }) => masterKey === one.masterKey).length).toBeLessThanOrEqual(8);
        const same = newest.filter((other) => lineOf(other) === lineOf(one));
        const known = seen.filter((other) => lineOf(other) === lineOf(one));
        expect(one.sequence).toBe(Math.max(...known.map(({ sequence }) => sequence)));
        expect(same.length).toBeLessThanOrEqual(4);
        expect(new Set(same.map(({ digest }) => digest)).size).toBe(same.length);
      }
    }),
  );
});

it("never lowers a sequence by what is added to it", () => {
  fc.assert(
    fc.property(
      fc.array(seenManifest, { maxLength: 12 }),
      fc.array(seenManifest, { maxLength: 12 }),
      (before, added) => {
        const known = newestSeen(before, sampleNow);
        for (const one of newestSeen([...known, ...added], sampleNow)) {
          const highest = Math.max(
            -1,
            ...known.filter((k) => lineOf(k) === lineOf(one)).map(({ sequence }) => sequence),
          );
          expect(one.sequence).toBeGreaterThanOrEqual(highest);
        }
      },
    ),
  );
});

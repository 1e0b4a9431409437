import type { CachedField, SeenManifest } from "matrix-countersign";
import type { SignatureStore } from "matrix-countersign/store";
import { describe, expect, it, vi } from "vitest";
import { sampleField, sampleKey, sampleNow, sampleReports, sampleSeen } from "./cached-reports.js";

const alice = sampleSeen(0, 1).userId;

/** A manifest whose canonical JSON takes exactly `bytes`. */
function ofSize(bytes: number): { [name: string]: unknown } {
  return { filler: "x".repeat(bytes - JSON.stringify({ filler: "" }).length) };
}

/**
 * What every store does with the manifests that it has seen.
 *
 * @param make makes a new, empty store each time
 * @param setNow sets its clock
 */
export function describeManifests(make: () => SignatureStore, setNow: (now: number) => void): void {
  const seenOf = async (store: SignatureStore, userId = alice): Promise<SeenManifest[]> =>
    (await store.getManifests([userId])).get(userId) ?? [];
  const sequencesOf = async (store: SignatureStore): Promise<number[]> =>
    (await seenOf(store)).map(({ sequence }) => sequence).sort((a, b) => a - b);

  describe("remembers manifests", () => {
    it("and gives them back word for word, by user, and nobody else's", async () => {
      const store = make();
      await store.putManifests([sampleSeen(0, 5), sampleSeen(1, 6), sampleSeen(3, 7)]);
      expect(await store.getManifests([alice, alice, sampleSeen(3, 0).userId, "@nobody:x", "__proto__"])).toEqual(
        new Map([
          [alice, [sampleSeen(0, 5)]],
          [sampleSeen(3, 0).userId, [sampleSeen(3, 7)]],
        ]),
      );
      expect((await store.getManifests([])).size).toBe(0);
      await store.putManifests([]);
      expect(store.degraded).toBeUndefined();
    });

    it("of a thousand users at once, in one call or many", async () => {
      const store = make();
      const all = Array.from({ length: 1000 }, (_, index) => sampleSeen(index, index));
      await store.putManifests(all);
      await store.putManifests(all.map(({ sequence }, index) => sampleSeen(index, sequence + (index % 2))));
      const found = await store.getManifests(all.map(({ userId }) => userId));
      expect(found.size).toBe(1000);
      for (const [index, { userId }] of all.entries()) {
        expect(found.get(userId)?.[0]).toEqual(sampleSeen(index, index + (index % 2)));
      }
    });

    it("and never goes back to a lower sequence, whatever the order", async () => {
      const store = make();
      await store.putManifests([sampleSeen(0, 5)]);
      await store.putManifests([sampleSeen(0, 4, { seenAt: sampleNow - 1 })]);
      expect(await sequencesOf(store)).toEqual([5]);
      await store.putManifests([sampleSeen(0, 9), sampleSeen(0, 7), sampleSeen(0, 8)]);
      expect(await sequencesOf(store)).toEqual([9]);
    });

    it("apart by master key and by approving key", async () => {
      const store = make();
      await store.putManifests([sampleSeen(0, 9)]);
      await store.putManifests([sampleSeen(0, 2, { masterKey: "ed25519:older" })]);
      await store.putManifests([sampleSeen(0, 3, { approvedBy: "ed25519:master" })]);
      expect(await sequencesOf(store)).toEqual([2, 3, 9]);
    });

    it("of one sequence where they differ, the four seen last, and the same one once", async () => {
      const store = make();
      const differing = (seconds: number): SeenManifest =>
        sampleSeen(0, 5, { digest: sampleKey(seconds), seenAt: sampleNow - 10_000 + seconds * 1000 });
      for (const seconds of [3, 1, 5, 2, 4, 5]) await store.putManifests([differing(seconds)]);
      expect(await seenOf(store)).toEqual([5, 4, 3, 2].map(differing));
      await store.putManifests([sampleSeen(0, 6)]);
      expect(await seenOf(store)).toEqual([sampleSeen(0, 6)]);
    });

    it("of one owner the four master keys seen first and the four seen last, and of others all the same", async () => {
      const store = make();
      const another = (index: number): SeenManifest =>
        sampleSeen(0, index, { masterKey: `ed25519:${index}`, seenAt: sampleNow - 100 + index });
      await store.putManifests([sampleSeen(1, 1), ...Array.from({ length: 5 }, (_, index) => another(index))]);
      await store.putManifests([{ ...another(0), seenAt: sampleNow }]);
      for (let index = 5; index < 10; index++) await store.putManifests([another(index)]);
      expect(await sequencesOf(store)).toEqual([0, 1, 2, 3, 4, 7, 8, 9]);
      expect(await seenOf(store, sampleSeen(1, 1).userId)).toHaveLength(1);
    });

    it("seen by a clock that was wrong no longer than those seen since", async () => {
      const store = make();
      setNow(sampleNow + 1e9);
      const ahead = (index: number): SeenManifest =>
        sampleSeen(0, index, { masterKey: `ed25519:${index}`, seenAt: sampleNow + 1e9 });
      await store.putManifests(Array.from({ length: 8 }, (_, index) => ahead(index)));
      setNow(sampleNow);
      await store.putManifests([sampleSeen(0, 50), sampleSeen(0, 51, { masterKey: "ed25519:new" })]);
      expect(await sequencesOf(store)).toEqual(expect.arrayContaining([50, 51]));
      expect(await seenOf(store)).toHaveLength(8);
    });

    it.each<[string, object]>([
      ["a negative sequence", { sequence: -1 }],
      ["a sequence that is not whole", { sequence: 1.5 }],
      ["a sequence beyond 2^53 - 1", { sequence: 2 ** 53 }],
      ["a digest that is none", { digest: "ABC" }],
      ["a manifest without canonical JSON", { manifest: { half: 0.5 } }],
      ["a manifest that is a list", { manifest: [] }],
      ["a manifest beyond 32 KiB", { manifest: ofSize(32 * 1024 + 1) }],
      ["a manifest beyond 32 KiB in UTF-8 alone", { manifest: { filler: "ü".repeat(20_000) } }],
      ["a time that is none", { seenAt: Number.NaN }],
      ["no user", { userId: undefined }],
    ])("but none with %s, and the others all the same", async (_what, changes) => {
      const store = make();
      await store.putManifests([sampleSeen(0, 5)]);
      await store.putManifests([{ ...sampleSeen(0, 9), ...changes } as SeenManifest, sampleSeen(1, 1)]);
      expect(await sequencesOf(store)).toEqual([5]);
      expect(await seenOf(store, sampleSeen(1, 1).userId)).toHaveLength(1);
      expect(store.degraded).toBeUndefined();
    });

    it("up to 32 KiB, with hostile names, frozen through and through", async () => {
      const store = make();
      const hostile = JSON.parse('{"__proto__":{"polluted":1},"external":{"constructor":{"a":[{"b":1}]}}}');
      await store.putManifests([
        sampleSeen(0, 5, { manifest: ofSize(32 * 1024) }),
        sampleSeen(1, 5, { userId: "__proto__", manifest: hostile }),
      ]);
      expect((await seenOf(store))[0]?.manifest).toEqual(ofSize(32 * 1024));
      const [seen] = await seenOf(store, "__proto__");
      expect(JSON.stringify(seen?.manifest)).toBe(JSON.stringify(hostile));
      const inside = seen?.manifest.external as { constructor: { a: object[] } };
      for (const part of [seen, seen?.manifest, inside, inside.constructor.a, inside.constructor.a[0]]) {
        expect(Object.isFrozen(part)).toBe(true);
      }
      expect("polluted" in {}).toBe(false);
    });

    it("for ever: neither time nor forgetting reports and fields takes them away", async () => {
      const store = make();
      await store.putManifests([sampleSeen(0, 5)]);
      setNow(sampleNow + 1e11);
      await store.putReports(sampleReports(3));
      await store.deleteReports();
      await store.deleteReports([alice]);
      await store.deleteFields([alice]);
      expect(await sequencesOf(store)).toEqual([5]);
    });

    it("until it is closed: an empty answer would hide that one was rolled back", async () => {
      const store = make();
      await store.putManifests([sampleSeen(0, 5)]);
      store.close();
      const closed = expect.objectContaining({ code: "ERR_CLOSED" });
      await expect(store.getManifests([alice])).rejects.toThrowError(closed);
      await expect(store.putManifests([sampleSeen(0, 6)])).rejects.toThrowError(closed);
    });
  });
}

/** What every store does with profile fields; parameters as for {@link describeManifests}. */
export function describeFields(make: () => SignatureStore, setNow: (now: number) => void): void {
  const fieldOf = async (store: SignatureStore, index = 0): Promise<CachedField | undefined> =>
    (await store.getFields([sampleField(index).userId])).get(sampleField(index).userId);

  describe("caches profile fields", () => {
    it("and that there was none, word for word, the last of each user", async () => {
      const store = make();
      const { field: _none, ...absent } = sampleField(1);
      await store.putFields([sampleField(0, { field: { old: true } }), absent]);
      await store.putFields([sampleField(0)]);
      const users = [0, 0, 1, 2].map((index) => sampleField(index).userId);
      expect(await store.getFields([...users, "__proto__"])).toEqual(
        new Map([
          [sampleField(0).userId, sampleField(0)],
          [sampleField(1).userId, absent],
        ]),
      );
      expect(Object.isFrozen((await fieldOf(store))?.field?.external)).toBe(true);
      expect((await store.getFields([])).size).toBe(0);
      await store.putFields([]);
    });

    it("from the moment of fetching until freshUntil, not before and not then", async () => {
      const isThereAt = async (now: number): Promise<boolean> => {
        const store = make();
        await store.putFields([sampleField(0, { freshUntil: sampleNow + 1000 })]);
        setNow(now);
        const isThere = (await fieldOf(store)) !== undefined;
        setNow(sampleNow);
        return isThere;
      };
      expect(await isThereAt(sampleNow - 1)).toBe(false);
      expect(await isThereAt(sampleNow)).toBe(true);
      expect(await isThereAt(sampleNow + 999)).toBe(true);
      expect(await isThereAt(sampleNow + 1000)).toBe(false);
    });

    it("until they are deleted, those of the users named and nobody else's", async () => {
      const store = make();
      await store.putFields([sampleField(0), sampleField(1), sampleField(2)]);
      await store.deleteReports();
      await store.deleteFields([sampleField(1).userId, sampleField(1).userId, "@stranger:example.org"]);
      await store.deleteFields([]);
      expect(await Promise.all([0, 1, 2].map(async (index) => (await fieldOf(store, index)) !== undefined))).toEqual([
        true,
        false,
        true,
      ]);
    });

    it.each<[string, object]>([
      ["beyond 128 KiB", { field: ofSize(128 * 1024 + 1) }],
      ["without canonical JSON", { field: { half: 0.5 } }],
      ["that is text", { field: "text" }],
      ["with a time that is none", { fetchedAt: "now" }],
    ])("but none %s, and gives back no older one in its place", async (_what, changes) => {
      const store = make();
      await store.putFields([sampleField(0), sampleField(1)]);
      await store.putFields([{ ...sampleField(0), ...changes } as CachedField, sampleField(2)]);
      expect(await fieldOf(store)).toBeUndefined();
      expect(await fieldOf(store, 1)).toEqual(sampleField(1));
      expect(await fieldOf(store, 2)).toEqual(sampleField(2));
      expect(store.degraded).toBeUndefined();
    });

    it("up to 128 KiB", async () => {
      const store = make();
      await store.putFields([sampleField(0, { field: ofSize(128 * 1024) })]);
      expect((await fieldOf(store))?.field).toEqual(ofSize(128 * 1024));
    });

    it("of 10,000 users, and forgets the stale, then the oldest beyond that", async () => {
      const store = make();
      const { field: _none, ...bare } = sampleField(0);
      const field = (index: number): CachedField => ({ ...bare, userId: `@user${index}:example.org` });
      await store.putFields([{ ...field(0), freshUntil: sampleNow + 1 }]);
      setNow(sampleNow + 1000);
      await store.putFields(
        Array.from({ length: 10_003 }, (_, i) => ({ ...field(i + 1), fetchedAt: sampleNow + 1 + Math.min(i, 900) })),
      );
      const users = Array.from({ length: 10_004 }, (_, index) => field(index).userId);
      await vi.waitFor(async () => expect((await store.getFields(users)).size).toBe(10_000), { timeout: 20_000 });
      const found = await store.getFields(users);
      for (const forgotten of [0, 1, 2, 3]) expect(found.has(field(forgotten).userId)).toBe(false);
    });

    it("and finds and stores none after close", async () => {
      const store = make();
      await store.putFields([sampleField(0)]);
      store.close();
      await store.putFields([sampleField(0)]);
      await store.deleteFields([sampleField(1).userId]);
      expect(await fieldOf(store)).toBeUndefined();
    });
  });
}

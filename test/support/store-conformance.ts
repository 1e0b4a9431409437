import type { CachedReport, OutboxEntry, SignatureStore, StoreOptions } from "matrix-countersign/store";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CountersignError } from "../../src/errors.js";
import { sampleEntry, sampleKey, sampleNow, sampleReport, sampleReports } from "./cached-reports.js";
import { describeHistory } from "./history-conformance.js";
import { describeFields, describeManifests } from "./remembered-conformance.js";
import { describeTrustData } from "./trust-data-conformance.js";

/**
 * What every store does, whatever it keeps its records in.
 *
 * @param open makes a new, empty store each time
 */
export function describeStore(name: string, open: (options: StoreOptions) => SignatureStore): void {
  describe(name, () => {
    let now = sampleNow;
    const opened: SignatureStore[] = [];
    const make = (options: StoreOptions = {}): SignatureStore => {
      const store = open({ now: () => now, ...options });
      opened.push(store);
      return store;
    };
    const keysOf = async (store: SignatureStore, count: number): Promise<string[]> =>
      [...(await store.getReports(sampleReports(count).map((report) => report.cacheKey))).keys()].sort();

    afterEach(() => {
      now = sampleNow;
      for (const store of opened.splice(0)) store.close();
    });

    const setNow = (moment: number): void => {
      now = moment;
    };
    describeManifests(make, setNow);
    describeFields(make, setNow);
    describeTrustData(make);
    describeHistory(make);

    it("gives back what was put, word for word, and nothing else", async () => {
      const store = make();
      await store.putReports(sampleReports(3));
      const found = await store.getReports([sampleKey(0), sampleKey(2), sampleKey(7), "", "__proto__"]);
      expect(found).toEqual(
        new Map([
          [sampleKey(0), sampleReport(0)],
          [sampleKey(2), sampleReport(2)],
        ]),
      );
      expect(store.degraded).toBeUndefined();
    });

    it("gives back reports of every density: all, every second, every hundredth, one", async () => {
      const store = make();
      await store.putReports(sampleReports(2000));
      for (const step of [1, 2, 100, 2000]) {
        const wanted = sampleReports(2000).filter((_, index) => index % step === 0);
        const found = await store.getReports(wanted.map((report) => report.cacheKey));
        expect(found.size).toBe(wanted.length);
        for (const report of wanted) expect(found.get(report.cacheKey)).toEqual(report);
      }
    });

    it("takes a key asked for twice once, and no keys for nothing", async () => {
      const store = make();
      await store.putReports(sampleReports(1));
      expect((await store.getReports([sampleKey(0), sampleKey(0)])).size).toBe(1);
      expect((await store.getReports([])).size).toBe(0);
      await store.putReports([]);
    });

    it("keeps the last of two reports under one key", async () => {
      const store = make();
      const second = sampleReport(0, { verdict: { status: "indeterminate", code: "expired" } });
      await store.putReports([sampleReport(0), second]);
      expect((await store.getReports([sampleKey(0)])).get(sampleKey(0))).toEqual(second);
    });

    it("never gives back a report at or past its freshUntil", async () => {
      const store = make();
      await store.putReports([sampleReport(0, { freshUntil: sampleNow + 1000 })]);
      now = sampleNow + 999;
      expect(await keysOf(store, 1)).toHaveLength(1);
      now = sampleNow + 1000;
      expect(await keysOf(store, 1)).toHaveLength(0);
    });

    it("never gives back a report from the future, as after the clock was set back", async () => {
      const store = make();
      await store.putReports([sampleReport(0)]);
      now = sampleNow - 1;
      expect(await keysOf(store, 1)).toHaveLength(0);
    });

    it("forgets the reports of the users named, and of nobody else", async () => {
      const store = make();
      await store.putReports(sampleReports(3));
      await store.putReports([sampleReport(3, { userId: "@user1:example.org" })]);
      await store.deleteReports(["@user1:example.org", "@user1:example.org", "@stranger:example.org"]);
      expect(await keysOf(store, 4)).toEqual([sampleKey(0), sampleKey(2)].sort());
      await store.deleteReports([]);
      expect(await keysOf(store, 4)).toHaveLength(2);
    });

    it("forgets all reports and nothing of the outbox", async () => {
      const store = make();
      await store.putReports(sampleReports(3));
      await store.putOutbox(sampleEntry("one"));
      await store.deleteReports();
      expect(await keysOf(store, 3)).toHaveLength(0);
      expect(await store.outbox()).toHaveLength(1);
    });

    it("takes __proto__ as a user ID, a cache key, an ID and a member of a value", async () => {
      const store = make();
      const report = sampleReport(0, { cacheKey: "__proto__", userId: "__proto__" });
      await store.putReports([report]);
      expect((await store.getReports(["__proto__"])).get("__proto__")).toEqual(report);
      await store.deleteReports(["constructor"]);
      expect((await store.getReports(["__proto__"])).size).toBe(1);
      await store.deleteReports(["__proto__"]);
      expect((await store.getReports(["__proto__"])).size).toBe(0);

      const value = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
      const kept = sampleEntry("__proto__", {
        userId: "__proto__",
        signature: { userId: "__proto__", keyId: "__proto__", value },
      });
      await store.putOutbox(kept);
      const [back] = await store.outbox();
      expect(JSON.stringify(back?.signature.value)).toBe(JSON.stringify(value));
      expect(Object.getPrototypeOf(back?.signature.value)).toBe(Object.prototype);
      expect("polluted" in {}).toBe(false);
    });

    it.each<[string, object]>([
      ["a status of no list", { verdict: { status: "trusted", code: "valid" } }],
      ["a code of no list", { verdict: { status: "valid", code: "toString" } }],
      ["a code of another status", { verdict: { status: "valid", code: "bad-signature" } }],
      ["no verdict", { verdict: null }],
      [
        "a signer without names",
        { verdict: { status: "valid", code: "valid", signer: { fingerprint: "", keyHash: "" } } },
      ],
      ["a time that is none", { storedAt: Number.NaN }],
      ["a time beyond all dates", { freshUntil: 1e300 }],
      ["a user ID that is no text", { userId: 1 }],
      ["a user ID beyond all bounds", { userId: "@".repeat(1025) }],
      ["an empty cache key", { cacheKey: "" }],
    ])("leaves out a report with %s, and stores the others", async (_what, changes) => {
      const store = make();
      const bad = { ...sampleReport(0), ...changes } as CachedReport;
      await store.putReports([bad, sampleReport(1)]);
      expect((await store.getReports([bad.cacheKey, sampleKey(1)])).size).toBe(1);
      expect(store.degraded).toBeUndefined();
    });

    it("stores no member that it does not know", async () => {
      const store = make();
      const report = { ...sampleReport(0), trusted: true, verdict: { ...sampleReport(0).verdict, level: "trusted" } };
      await store.putReports([report]);
      expect((await store.getReports([sampleKey(0)])).get(sampleKey(0))).toEqual(sampleReport(0));
    });

    it("forgets the expired, then the oldest, beyond its bound", async () => {
      const store = make({ maxReports: 10 });
      await store.putReports([sampleReport(0, { freshUntil: sampleNow + 1 })]);
      now = sampleNow + 1000;
      await store.putReports(
        Array.from({ length: 12 }, (_, i) => sampleReport(1 + i, { storedAt: sampleNow + 1 + i })),
      );
      await vi.waitFor(async () => expect(await keysOf(store, 20)).toHaveLength(10));
      const found = await store.getReports(sampleReports(20).map((report) => report.cacheKey));
      for (const forgotten of [0, 1, 2]) expect(found.has(sampleKey(forgotten))).toBe(false);
    });

    it("holds what waits in the outbox, text and object, until it is deleted, the first added foremost", async () => {
      const store = make();
      const { routes: _routes, rooms: _rooms, force: _force, ...bare } = sampleEntry("b");
      const object: OutboxEntry = {
        ...bare,
        action: "withdraw",
        state: "stopped",
        reason: "",
        addedAt: sampleNow - 5,
        signature: { userId: "@a:b", keyId: "custom:org.example:k", value: { signature: "x", created_ts: 5 } },
      };
      await store.putOutbox(sampleEntry("a", { state: "accepted", attempts: 0 }));
      await store.putOutbox(object);
      await store.putOutbox(sampleEntry("c", { addedAt: sampleNow - 3 }));
      const again = sampleEntry("c", {
        addedAt: sampleNow - 3,
        changedAt: sampleNow + 1,
        attempts: 3,
        reason: "again",
      });
      await store.putOutbox(again);
      expect(await store.outbox()).toEqual([object, again, sampleEntry("a", { state: "accepted", attempts: 0 })]);
      await store.deleteOutbox("c");
      await store.deleteOutbox("unknown");
      expect((await store.outbox()).map(({ id }) => id)).toEqual(["b", "a"]);
    });

    it.each<[string, object]>([
      ["a value without canonical JSON", { signature: { ...sampleEntry("a").signature, value: { half: 0.5 } } }],
      ["a value of no kind", { signature: { ...sampleEntry("a").signature, value: 5 } }],
      [
        "a value beyond 2^20 characters",
        { signature: { ...sampleEntry("a").signature, value: "x".repeat(2 ** 20 + 1) } },
      ],
      ["an action of no list", { action: "forget" }],
      ["a state of no list", { state: "done" }],
      ["a route of no list", { routes: ["profile-field", "carrier-pigeon"] }],
      ["routes that are no list", { routes: "profile-field" }],
      ["a list with holes", { rooms: new Array(3) }],
      ["more than 1,000 rooms", { rooms: Array.from({ length: 1001 }, () => "!a:b") }],
      ["a room beyond 255 characters", { rooms: ["!".repeat(256)] }],
      ["attempts that are not whole", { attempts: 0.5 }],
      ["a time that is none", { addedAt: Number.POSITIVE_INFINITY }],
      ["no ID", { id: undefined }],
    ])("refuses an entry with %s: nobody could read it back", async (_what, changes) => {
      const store = make();
      const putting = store.putOutbox({ ...sampleEntry("a"), ...changes } as OutboxEntry);
      await expect(putting).rejects.toThrowError(expect.objectContaining({ code: "ERR_SIGNATURE_VALUE" }));
      await expect(putting).rejects.toBeInstanceOf(CountersignError);
      expect(await store.outbox()).toEqual([]);
    });

    it("holds an entry at its bounds", async () => {
      const store = make();
      const rooms = Array.from({ length: 1000 }, (_, index) => `!${index}`.padEnd(255, "x"));
      const entry = sampleEntry("a", { rooms, force: rooms, attempts: Number.MAX_SAFE_INTEGER });
      await store.putOutbox(entry);
      expect(await store.outbox()).toEqual([entry]);
    });

    it("finds and stores no report after close, and rejects what would lose a signature", async () => {
      const store = make();
      await store.putReports(sampleReports(1));
      store.close();
      store.close();
      expect((await store.getReports([sampleKey(0)])).size).toBe(0);
      await store.putReports(sampleReports(1));
      await store.deleteReports();
      const closed = expect.objectContaining({ code: "ERR_CLOSED" });
      await expect(store.putOutbox(sampleEntry("a"))).rejects.toThrowError(closed);
      await expect(store.outbox()).rejects.toThrowError(closed);
      await expect(store.deleteOutbox("a")).rejects.toThrowError(closed);
    });

    it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a bound of %s", (maxReports) => {
      expect(() => open({ maxReports })).toThrowError(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    });
  });
}

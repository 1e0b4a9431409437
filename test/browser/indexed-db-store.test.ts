import { openDB } from "idb";
import { indexedDbStore, type SignatureStore } from "matrix-countersign/store";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  sampleEntry,
  sampleField,
  sampleKey,
  sampleNow,
  sampleReport,
  sampleReports,
  sampleSeen,
} from "../support/cached-reports.js";
import { freshDatabaseName } from "../support/databases.js";
import { describeStore } from "../support/store-conformance.js";

describeStore("indexedDbStore", (options) => indexedDbStore(freshDatabaseName(), options));

const now = (): number => sampleNow;
const opened: SignatureStore[] = [];

function open(name: string, options: { maxReports?: number } = {}): SignatureStore {
  const store = indexedDbStore(name, { now, ...options });
  opened.push(store);
  return store;
}

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

describe("indexedDbStore on disk", () => {
  it("gives the next page what this one stored", async () => {
    const name = freshDatabaseName();
    const first = open(name);
    await first.putReports(sampleReports(2));
    await first.putOutbox(sampleEntry("a"));
    first.close();
    const second = open(name);
    expect((await second.getReports([sampleKey(1)])).get(sampleKey(1))).toEqual(sampleReport(1));
    expect(await second.outbox()).toEqual([sampleEntry("a")]);
  });

  it("finishes a write that close() overtakes", async () => {
    const name = freshDatabaseName();
    const first = open(name);
    const writing = first.putOutbox(sampleEntry("a"));
    first.close();
    await writing;
    expect(await open(name).outbox()).toEqual([sampleEntry("a")]);
  });

  it("touches no database before the first call", async () => {
    const name = freshDatabaseName();
    open(name).close();
    expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name);
  });

  it("keeps stores of different names apart", async () => {
    await open(freshDatabaseName()).putReports(sampleReports(1));
    expect((await open(freshDatabaseName()).getReports([sampleKey(0)])).size).toBe(0);
  });

  it("reads a few records out of many, whether they lie together or apart", async () => {
    const store = open(freshDatabaseName());
    await store.putReports(sampleReports(3000));
    const sorted = sampleReports(3000)
      .map((report) => report.cacheKey)
      .sort();
    const apart = sorted.filter((_, index) => index % 97 === 0);
    const together = sorted.slice(700, 1500);
    const found = await store.getReports([...together, ...apart, "unknown"]);
    expect([...found.keys()].sort()).toEqual([...new Set([...together, ...apart])].sort());
  });
});

describe("indexedDbStore reading what it did not write", () => {
  it.each<[string, object]>([
    ["another shape", { verdicts: [] }],
    ["a status of no list", { ...sampleReport(0), verdict: { status: "trusted", code: "valid" } }],
    ["an older shape", { ...sampleReport(0), verdict: "valid" }],
    ["a time as text", { ...sampleReport(0), freshUntil: "tomorrow" }],
    ["a list where an object belongs", { ...sampleReport(0), verdict: [] }],
    ["an object where text belongs", { ...sampleReport(0), userId: { toString: "@user0:example.org" } }],
    ["binary data", { ...sampleReport(0), verdict: new Uint8Array(8) }],
  ])("ignores and deletes a report of %s", async (_what, record) => {
    const name = freshDatabaseName();
    const store = open(name);
    await store.putReports(sampleReports(2));
    const raw = await openDB(name);
    await raw.put("reports", { ...record, cacheKey: sampleKey(0) });
    expect([...(await store.getReports([sampleKey(0), sampleKey(1)])).keys()]).toEqual([sampleKey(1)]);
    await vi.waitFor(async () => expect(await raw.getAllKeys("reports")).toEqual([sampleKey(1)]));
    raw.close();
    expect(store.degraded).toBeUndefined();
  });

  it("ignores entries of the outbox that it cannot read, and destroys none", async () => {
    const name = freshDatabaseName();
    const store = open(name);
    await store.putOutbox(sampleEntry("a"));
    const raw = await openDB(name);
    await raw.put("outbox", { id: "b", somebody: "else's" });
    await raw.put("outbox", { ...sampleEntry("c"), id: 7 });
    await raw.put("outbox", sampleEntry("d", { signature: { userId: "@a:b", keyId: "k", value: { float: 0.5 } } }));
    expect(await store.outbox()).toEqual([sampleEntry("a")]);
    await store.deleteOutbox("a");
    expect(await raw.count("outbox")).toBe(3);
    raw.close();
  });

  it.each<[string, unknown]>([
    ["no list", {}],
    ["what is none", [null, 5, "text", [], new Map()]],
    ["manifests of another user", [sampleSeen(1, 9)]],
    ["a manifest without canonical JSON", [{ ...sampleSeen(0, 9), manifest: { half: 0.5, when: new Date(0) } }]],
    ["a manifest beyond 32 KiB", [{ ...sampleSeen(0, 9), manifest: { filler: "x".repeat(40_000) } }]],
    ["a sequence as text", [{ ...sampleSeen(0, 9), sequence: "9" }]],
  ])("ignores %s among the manifests, reads those beside it and writes on", async (_what, seen) => {
    const name = freshDatabaseName();
    const store = open(name);
    const { userId } = sampleSeen(0, 0);
    await store.putManifests([sampleSeen(1, 1)]);
    const raw = await openDB(name);
    const record = { userId, seen: Array.isArray(seen) ? [...seen, sampleSeen(0, 5)] : seen };
    await raw.put("manifests", record);
    const found = await store.getManifests([userId, sampleSeen(1, 1).userId]);
    expect(found.get(userId) ?? []).toEqual(Array.isArray(seen) ? [sampleSeen(0, 5)] : []);
    expect(found.get(sampleSeen(1, 1).userId)).toEqual([sampleSeen(1, 1)]);
    expect(await raw.get("manifests", userId)).toEqual(record);
    await store.putManifests([sampleSeen(0, 6), sampleSeen(0, 4)]);
    expect(await raw.get("manifests", userId)).toEqual({ userId, seen: [sampleSeen(0, 6)] });
    raw.close();
    expect(store.degraded).toBeUndefined();
  });

  it("reads no more manifests of one owner than it would have written", async () => {
    const name = freshDatabaseName();
    const store = open(name);
    const { userId } = sampleSeen(0, 0);
    await store.putManifests([sampleSeen(0, 1)]);
    const raw = await openDB(name);
    const seen = Array.from({ length: 50 }, (_, index) => sampleSeen(0, index, { masterKey: `ed25519:${index}` }));
    await raw.put("manifests", { userId, seen });
    expect((await store.getManifests([userId])).get(userId)).toHaveLength(8);
    raw.close();
  });

  it.each<[string, object]>([
    ["another shape", { field: undefined, fetchedAt: undefined }],
    ["binary data", { field: new Uint8Array(8) }],
    ["a date in it", { field: { when: new Date(0) } }],
    ["more than 128 KiB", { field: { filler: "x".repeat(140_000) } }],
    ["a time as text", { freshUntil: "tomorrow" }],
  ])("ignores and deletes a profile field of %s", async (_what, changes) => {
    const name = freshDatabaseName();
    const store = open(name);
    await store.putFields([sampleField(0), sampleField(1)]);
    const raw = await openDB(name);
    await raw.put("fields", { ...sampleField(0), ...changes });
    const found = await store.getFields([sampleField(0).userId, sampleField(1).userId]);
    expect([...found.keys()]).toEqual([sampleField(1).userId]);
    await vi.waitFor(async () => expect(await raw.getAllKeys("fields")).toEqual([sampleField(1).userId]));
    raw.close();
    expect(store.degraded).toBeUndefined();
  });

  it("goes on from memory in a database of somebody else's, and destroys nothing there", async () => {
    const name = freshDatabaseName();
    const foreign = await openDB(name, 1, { upgrade: (database) => void database.createObjectStore("theirs") });
    await foreign.put("theirs", "precious", "key");
    foreign.close();
    const store = open(name);
    await store.putReports(sampleReports(1));
    await store.putOutbox(sampleEntry("a"));
    expect((await store.getReports([sampleKey(0)])).size).toBe(1);
    expect(await store.outbox()).toHaveLength(1);
    expect(store.degraded?.reason).toBe("failed");
    store.close();
    const again = await openDB(name);
    expect(await again.get("theirs", "key")).toBe("precious");
    again.close();
  });
});

describe("indexedDbStore pruning", () => {
  it("deletes the expired and what was stored in the future from the disk", async () => {
    const name = freshDatabaseName();
    const store = open(name);
    await store.putReports([
      sampleReport(0, { freshUntil: sampleNow }),
      sampleReport(1, { storedAt: sampleNow + 1 }),
      sampleReport(2),
    ]);
    const raw = await openDB(name);
    await vi.waitFor(async () => expect(await raw.getAllKeys("reports")).toEqual([sampleKey(2)]));
    raw.close();
  });

  it("deletes fields that are stale or fetched in the future, and no manifest", async () => {
    const name = freshDatabaseName();
    const store = open(name);
    await store.putManifests([sampleSeen(0, 5, { seenAt: 0 })]);
    await store.putFields([
      sampleField(0, { freshUntil: sampleNow }),
      sampleField(1, { fetchedAt: sampleNow + 1 }),
      sampleField(2),
    ]);
    const raw = await openDB(name);
    await vi.waitFor(async () => expect(await raw.getAllKeys("fields")).toEqual([sampleField(2).userId]));
    expect(await raw.getAllKeys("manifests")).toEqual([sampleField(0).userId]);
    raw.close();
  });

  it("forgets the oldest beyond the bound, again and again", async () => {
    const name = freshDatabaseName();
    const store = open(name, { maxReports: 100 });
    for (let round = 0; round < 5; round++) {
      await store.putReports(
        Array.from({ length: 60 }, (_, i) => sampleReport(round * 60 + i, { storedAt: sampleNow - 10 + round })),
      );
    }
    await vi.waitFor(async () => {
      const found = await store.getReports(sampleReports(300).map((report) => report.cacheKey));
      expect(found.size).toBeLessThanOrEqual(110);
      expect(found.has(sampleKey(299))).toBe(true);
      expect(found.has(sampleKey(0))).toBe(false);
    });
  });
});

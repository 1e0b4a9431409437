import { deleteDB, openDB } from "idb";
import { indexedDbStore, type SignatureStore, type StoreDegradation } from "matrix-countersign/store";
import { afterEach, expect, it, vi } from "vitest";
import { Connection } from "../../src/store/connection.js";
import { migrations } from "../../src/store/migrations.js";
import type { DegradationReason } from "../../src/store/signature-store.js";
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
import type { StoreTask, StoreTaskProgress, StoreTaskResult } from "../support/store-worker.js";

const now = (): number => sampleNow;
const opened: { close(): void }[] = [];

function open(name: string, openTimeoutMs = 10_000): SignatureStore {
  const store = indexedDbStore(name, { now, openTimeoutMs });
  opened.push(store);
  return store;
}

type Told = StoreTaskResult | StoreTaskProgress;

/** Runs `task` in a worker until it has told what `hear` returns something for, then ends it there and then. */
function untilTold<T>(task: Omit<StoreTask, "now">, hear: (told: Told) => T | undefined): Promise<T> {
  const worker = new Worker(new URL("../support/store-worker.ts", import.meta.url), { type: "module" });
  opened.push({ close: () => worker.terminate() });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      const result = hear(data);
      if (result === undefined) return;
      worker.terminate();
      resolve(result);
    });
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.postMessage({ ...task, now: sampleNow });
  });
}

const inWorker = (task: Omit<StoreTask, "now">): Promise<StoreTaskResult> =>
  untilTold(task, (told) => ("stored" in told ? undefined : told));

/** Kills the worker once it has stored `count` of manifests and outbox; how many it had told of by then. */
const killedAfter = (count: number, task: Omit<StoreTask, "now">): Promise<number> =>
  untilTold(task, (told) => ("stored" in told && told.stored >= count ? told.stored : undefined));

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

it("shows a write of one connection to the other", async () => {
  const name = freshDatabaseName();
  const [first, second] = [open(name), open(name)];
  expect((await second.getReports([sampleKey(0)])).size).toBe(0);
  await first.putReports(sampleReports(1));
  await first.putOutbox(sampleEntry("a"));
  expect((await second.getReports([sampleKey(0)])).get(sampleKey(0))).toEqual(sampleReport(0));
  expect(await second.outbox()).toEqual([sampleEntry("a")]);
  await second.deleteReports(["@user0:example.org"]);
  await second.deleteOutbox("a");
  expect((await first.getReports([sampleKey(0)])).size).toBe(0);
  expect(await first.outbox()).toEqual([]);
});

it("shares the database with another thread, both writing at once", async () => {
  const name = freshDatabaseName();
  const here = open(name);
  const reports = sampleReports(200);
  const writing = Array.from({ length: 10 }, (_, i) => here.putReports(reports.slice(i * 10, i * 10 + 10)));
  const there = inWorker({ name, put: reports.slice(100), outbox: [sampleEntry("there")], get: [sampleKey(150)] });
  await Promise.all([...writing, here.putOutbox(sampleEntry("here"))]);
  const result = await there;
  expect(result).toMatchObject({ found: [sampleReport(150)], degraded: undefined });
  const found = await here.getReports(reports.map((report) => report.cacheKey));
  expect(found.size).toBe(200);
  expect((await here.outbox()).map((kept) => kept.id).sort()).toEqual(["here", "there"]);
  const later = await inWorker({ name, get: reports.map((report) => report.cacheKey) });
  expect(later.found).toHaveLength(200);
});

it("never lowers a sequence where two tabs write manifests at once", async () => {
  const name = freshDatabaseName();
  const [first, second] = [open(name), open(name)];
  const { userId } = sampleSeen(0, 0);
  const highestIn = async (store: SignatureStore): Promise<number> =>
    Math.max(-1, ...((await store.getManifests([userId])).get(userId) ?? []).map(({ sequence }) => sequence));
  const there = inWorker({ name, manifests: Array.from({ length: 100 }, (_, i) => sampleSeen(0, 199 - i)) });
  const writing: Promise<void>[] = [];
  let last = -1;
  for (let sequence = 0; sequence < 150; sequence++) {
    writing.push(first.putManifests([sampleSeen(0, sequence)]), second.putManifests([sampleSeen(0, 149 - sequence)]));
    const now = await highestIn(sequence % 2 ? first : second);
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  await Promise.all(writing);
  expect((await there).degraded).toBeUndefined();
  expect(await highestIn(first)).toBe(199);
  expect((await second.getManifests([userId])).get(userId)).toEqual([sampleSeen(0, 199)]);
});

it("keeps what both of two tabs saw of one sequence at the same moment", async () => {
  const name = freshDatabaseName();
  const tabs = [open(name), open(name), open(name)];
  const differing = tabs.map((_, index) => sampleSeen(0, 5, { digest: sampleKey(index), seenAt: sampleNow - index }));
  await Promise.all(tabs.map((tab, index) => tab.putManifests(differing.slice(index, index + 1))));
  const { userId } = sampleSeen(0, 5);
  for (const tab of tabs) expect((await tab.getManifests([userId])).get(userId)).toEqual(differing);
});

it("shares profile fields between tabs, and what one forgets the other no longer finds", async () => {
  const name = freshDatabaseName();
  const [first, second] = [open(name), open(name)];
  const { userId } = sampleField(0);
  await first.putFields([sampleField(0)]);
  expect((await second.getFields([userId])).get(userId)).toEqual(sampleField(0));
  await second.deleteFields([userId]);
  expect((await first.getFields([userId])).size).toBe(0);
});

it("has everything that a tab knew to be stored when it was killed, each record whole", async () => {
  const name = freshDatabaseName();
  const value = sampleKey(0).repeat(500);
  const outbox = Array.from({ length: 500 }, (_, i) =>
    sampleEntry(`k${i}`, { addedAt: sampleNow + i, signature: { ...sampleEntry("").signature, value } }),
  );
  const stored = await killedAfter(20, { name, outbox });
  const store = open(name);
  const found = await store.outbox();
  expect(found.length).toBeGreaterThanOrEqual(stored);
  expect(found.length).toBeLessThan(outbox.length);
  expect(found).toEqual(outbox.slice(0, found.length));
  expect(store.degraded).toBeUndefined();
});

it("remembers every manifest that a tab knew to be stored when it was killed", async () => {
  const name = freshDatabaseName();
  const manifests = Array.from({ length: 500 }, (_, sequence) => sampleSeen(0, sequence));
  const stored = await killedAfter(20, { name, manifests });
  const { userId } = sampleSeen(0, 0);
  const seen = (await open(name).getManifests([userId])).get(userId) ?? [];
  expect(seen).toHaveLength(1);
  const sequence = seen[0]?.sequence ?? -1;
  expect(sequence).toBeGreaterThanOrEqual(stored - 1);
  expect(seen).toEqual(manifests.slice(sequence, sequence + 1));
});

it("leaves one of two whole reports where two connections write the same key", async () => {
  const name = freshDatabaseName();
  const [first, second] = [open(name), open(name)];
  const one = sampleReport(0, { verdict: { status: "valid", code: "valid" } });
  const other = sampleReport(0, { verdict: { status: "invalid", code: "key-revoked" } });
  await Promise.all([first.putReports([one]), second.putReports([other])]);
  const seen = (await first.getReports([sampleKey(0)])).get(sampleKey(0));
  expect([one, other]).toContainEqual(seen);
  expect((await second.getReports([sampleKey(0)])).get(sampleKey(0))).toEqual(seen);
});

it("yields to a tab that brings a newer version, and goes on from memory", async () => {
  const name = freshDatabaseName();
  const older = open(name);
  await older.putReports(sampleReports(1));
  let blocked = false;
  const newer = await openDB(name, migrations.length + 1, {
    blocked: () => {
      blocked = true;
    },
  });
  opened.push(newer);
  expect(blocked).toBe(false);
  await older.putReports([sampleReport(1)]);
  expect([...(await older.getReports([sampleKey(0), sampleKey(1)])).keys()]).toEqual([sampleKey(1)]);
  expect(older.degraded?.reason).toBe("newer");
  expect(await newer.getAllKeys("reports")).toEqual([sampleKey(0)]);
});

it("yields to a tab that deletes the database, and starts a new one", async () => {
  const name = freshDatabaseName();
  const store = open(name);
  await store.putReports(sampleReports(1));
  await deleteDB(name);
  expect((await store.getReports([sampleKey(0)])).size).toBe(0);
  await store.putReports(sampleReports(1));
  expect((await open(name).getReports([sampleKey(0)])).size).toBe(1);
  expect(store.degraded).toBeUndefined();
});

it("loses no write of many that an upgrade interrupts", async () => {
  const name = freshDatabaseName();
  const store = open(name);
  await store.getReports([sampleKey(0)]);
  const writing = Array.from({ length: 20 }, (_, i) => store.putOutbox(sampleEntry(`k${i}`)));
  const newer = openDB(name, migrations.length + 1);
  await Promise.all(writing);
  opened.push(await newer);
  const onDisk = (await (await newer).getAllKeys("outbox")).map(String);
  const seen = (await store.outbox()).map((kept) => kept.id);
  expect(new Set([...onDisk, ...seen]).size).toBe(20);
});

it("says blocked while an older tab does not let go, and opens once it does", async () => {
  const name = freshDatabaseName();
  const older = await openDB(name, 1);
  const failures: DegradationReason[] = [];
  const late = vi.fn<() => void>();
  const steps = [() => undefined, ...migrations];
  const connection = new Connection({
    name,
    migrations: steps,
    openTimeoutMs: 50,
    onFailure: (reason) => failures.push(reason),
    onLateOpen: late,
  });
  opened.push(connection);
  expect(await connection.use(async () => ({}))).toBeUndefined();
  expect(await connection.use(async () => ({}))).toBeUndefined();
  expect(failures).toEqual(["blocked"]);
  older.close();
  await vi.waitFor(() => expect(late).toHaveBeenCalledOnce());
  expect(await connection.use(async (database) => ({ version: database.version }))).toEqual({ version: steps.length });
});

it("works from memory while the database hangs, and brings outbox and manifests to the disk once it opens", async () => {
  const name = freshDatabaseName();
  const holder = await openDB(name, 1);
  const deleting = deleteDB(name); // waits for the holder, and every later opening waits for it
  const store = open(name, 50);
  const heard: StoreDegradation[] = [];
  store.onDegraded((degradation) => heard.push(degradation));
  await store.putOutbox(sampleEntry("a"));
  await store.putManifests([sampleSeen(0, 5)]);
  await store.putReports(sampleReports(1));
  expect(await store.outbox()).toEqual([sampleEntry("a")]);
  expect((await store.getManifests([sampleSeen(0, 5).userId])).size).toBe(1);
  expect((await store.getReports([sampleKey(0)])).size).toBe(1);
  expect(heard).toEqual([{ reason: "unavailable" }]);
  holder.close();
  await deleting;
  const other = open(name);
  await vi.waitFor(async () => expect(await other.outbox()).toEqual([sampleEntry("a")]));
  const seen = await other.getManifests([sampleSeen(0, 5).userId]);
  expect(seen.get(sampleSeen(0, 5).userId)).toEqual([sampleSeen(0, 5)]);
  await store.putReports([sampleReport(1)]);
  expect((await store.getReports([sampleKey(0), sampleKey(1)])).size).toBe(2);
  expect([...(await other.getReports([sampleKey(0), sampleKey(1)])).keys()]).toEqual([sampleKey(1)]);
});

it("overtakes no change of the outbox while it brings it to the disk", async () => {
  const name = freshDatabaseName();
  const holder = await openDB(name, 1);
  const deleting = deleteDB(name);
  const store = open(name, 50);
  const entries = Array.from({ length: 300 }, (_, i) => sampleEntry(`k${i}`, { addedAt: sampleNow + i }));
  for (const entry of entries) await store.putOutbox(entry);
  holder.close();
  await deleting;
  const other = open(name);
  await vi.waitFor(async () => expect(await other.outbox()).toContainEqual(entries[0]), { interval: 1 });
  const changed = sampleEntry("k200", { state: "stopped", addedAt: sampleNow + 200, changedAt: sampleNow + 300 });
  await Promise.all([store.putOutbox(changed), store.deleteOutbox("k201")]);
  await vi.waitFor(async () => expect(await other.outbox()).toContainEqual(entries[299]));
  const expected = [...entries.slice(0, 200), changed, ...entries.slice(202)];
  expect(await other.outbox()).toEqual(expected);
  expect(await store.outbox()).toEqual(expected);
});

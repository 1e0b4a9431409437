import { openDB } from "idb";
import type { CachedField, SeenManifest } from "matrix-countersign";
import { indexedDbStore, type SignatureStore, type StoreDegradation } from "matrix-countersign/store";
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
import { clearIndexedDb, setQuota } from "../support/chromium-storage.js";
import { freshDatabaseName } from "../support/databases.js";

const opened: SignatureStore[] = [];

function open(name: string): SignatureStore {
  const store = indexedDbStore(name, { now: () => sampleNow });
  opened.push(store);
  return store;
}

function reasonsOf(store: SignatureStore): string[] {
  const reasons: string[] = [];
  store.onDegraded((degradation) => reasons.push(degradation.reason));
  return reasons;
}

const keys = (count: number): string[] => sampleReports(count).map((report) => report.cacheKey);

/** An entry of about `chars` bytes that no compression makes smaller. */
function bigEntry(id: string, chars: number): ReturnType<typeof sampleEntry> {
  let value = "";
  for (let index = 0; value.length < chars; index++) value += sampleKey(index);
  return sampleEntry(id, { signature: { userId: "@alice:example.org", keyId: "custom:org.example:k", value } });
}

interface Disk {
  readonly reports: number;
  readonly fields: number;
  readonly manifests: number;
  readonly outbox: string[];
}

async function onDisk(name: string): Promise<Disk> {
  const raw = await openDB(name);
  const found = {
    reports: await raw.count("reports"),
    fields: await raw.count("fields"),
    manifests: await raw.count("manifests"),
    outbox: (await raw.getAllKeys("outbox")).map(String),
  };
  raw.close();
  return found;
}

/** Manifests of `count` users, about 25 kB each. */
function bigManifests(count: number): SeenManifest[] {
  const filler = Array.from({ length: 400 }, (_, index) => sampleKey(index));
  return Array.from({ length: count }, (_, index) => sampleSeen(index, 1, { manifest: { filler } }));
}

/** Fields of users `from` to `to - 1`, about 6 kB each. */
function fieldsOf(from: number, to: number): CachedField[] {
  const field = { filler: Array.from({ length: 100 }, (_, index) => sampleKey(index)) };
  return Array.from({ length: to - from }, (_, index) => sampleField(from + index, { field }));
}

const usersOf = (records: readonly { userId: string }[]): string[] => records.map(({ userId }) => userId);

afterEach(() => {
  vi.unstubAllGlobals();
  for (const store of opened.splice(0)) store.close();
});

describe("with a full disk", () => {
  afterEach(() => setQuota());

  it("drops the oldest reports for the newest, without a word", async () => {
    await setQuota(3_000_000);
    const name = freshDatabaseName();
    const store = open(name);
    for (let round = 0; round < 24; round++) {
      await store.putReports(
        Array.from({ length: 500 }, (_, i) => sampleReport(round * 500 + i, { storedAt: sampleNow - 100 + round })),
      );
    }
    const found = await store.getReports(keys(12_000));
    expect(found.has(sampleKey(11_999))).toBe(true);
    expect(found.has(sampleKey(0))).toBe(false);
    expect(found.size).toBe((await onDisk(name)).reports);
    expect(store.degraded).toBeUndefined();
  });

  it("holds in memory what does not fit, and says so once", async () => {
    await setQuota(500_000);
    const store = open(freshDatabaseName());
    const reasons = reasonsOf(store);
    await store.putReports(sampleReports(5000));
    expect((await store.getReports(keys(5000))).size).toBe(5000);
    await store.putReports(sampleReports(5000));
    await store.putReports([sampleReport(5001)]);
    expect((await store.getReports(keys(5002))).size).toBe(5001);
    expect(reasons).toEqual(["quota"]);
    expect(store.degraded).toMatchObject({ reason: "quota", cause: { name: "QuotaExceededError" } });
    await store.deleteReports(["@user7:example.org"]);
    expect((await store.getReports(keys(10))).size).toBe(9);
  });

  it("drops reports to bring what waits in the outbox to the disk", async () => {
    await setQuota(3_000_000);
    const name = freshDatabaseName();
    const store = open(name);
    for (let round = 0; round < 8; round++)
      await store.putReports(sampleReports(4000).slice(round * 500, round * 500 + 500));
    await store.putOutbox(sampleEntry("small"));
    await store.putOutbox(bigEntry("big", 800_000));
    await store.putOutbox(bigEntry("bigger", 840_000));
    const disk = await onDisk(name);
    expect(disk.outbox).toEqual(["big", "bigger", "small"]);
    expect(disk.reports).toBeLessThan(4000);
    expect(store.degraded).toBeUndefined();
  });

  it("never loses an entry of the outbox that fits nowhere, and moves none of the others", async () => {
    await setQuota(500_000);
    const name = freshDatabaseName();
    const store = open(name);
    await store.putOutbox(sampleEntry("small"));
    await store.putOutbox(bigEntry("big", 900_000));
    expect((await store.outbox()).map(({ id }) => id).sort()).toEqual(["big", "small"]);
    expect((await onDisk(name)).outbox).toEqual(["small"]);
    expect(store.degraded?.reason).toBe("quota");
    await store.deleteOutbox("big");
    expect((await store.outbox()).map(({ id }) => id)).toEqual(["small"]);
  });

  it("drops reports, then fields to bring manifests to the disk, and no manifest for anything", async () => {
    await setQuota(5_000_000);
    const name = freshDatabaseName();
    const store = open(name);
    for (let start = 0; start < 200; start += 25) await store.putFields(fieldsOf(start, start + 25));
    for (let start = 0; start < 2000; start += 500) await store.putReports(sampleReports(start + 500).slice(start));
    const seen = new Set<string>();
    let count = 0;
    while (!seen.has("without fields") && count < 200) {
      count += 5;
      await store.putManifests(bigManifests(count).slice(count - 5));
      const { reports, fields, manifests } = await onDisk(name);
      expect(manifests).toBe(count);
      if (fields < 200) expect(reports).toBe(0);
      seen.add(fields < 200 ? "without fields" : reports < 2000 ? "without reports" : "whole");
    }
    expect([...seen]).toEqual(["whole", "without reports", "without fields"]);
    expect(store.degraded).toBeUndefined();
    await store.putOutbox(sampleEntry("a"));
    await store.putReports(sampleReports(3000));
    await store.putFields(fieldsOf(0, 300));
    expect(await onDisk(name)).toMatchObject({ manifests: count, outbox: ["a"] });
    expect((await store.getManifests(usersOf(bigManifests(count)))).size).toBe(count);
  });

  it("drops the oldest fields for the newest, without a word", async () => {
    await setQuota(3_000_000);
    const name = freshDatabaseName();
    const store = open(name);
    for (let round = 0; round < 20; round++) {
      const fields = fieldsOf(round * 50, round * 50 + 50);
      await store.putFields(fields.map((field) => ({ ...field, fetchedAt: sampleNow - 100 + round })));
    }
    const found = await store.getFields(usersOf(fieldsOf(0, 1000)));
    expect(found.has(sampleField(999).userId)).toBe(true);
    expect(found.has(sampleField(0).userId)).toBe(false);
    expect(found.size).toBe((await onDisk(name)).fields);
    expect(store.degraded).toBeUndefined();
  });

  it("forgets no manifest that fits nowhere, and the newest of disk and memory counts", async () => {
    await setQuota(500_000);
    const name = freshDatabaseName();
    const store = open(name);
    await store.putManifests([sampleSeen(0, 7), sampleSeen(1, 0)]);
    await store.putManifests(bigManifests(40));
    expect(await onDisk(name)).toMatchObject({ manifests: 2 });
    expect(store.degraded?.reason).toBe("quota");
    const found = await store.getManifests(usersOf(bigManifests(40)));
    expect(found.size).toBe(40);
    expect([0, 1, 2].map((index) => found.get(sampleSeen(index, 0).userId)?.map(({ sequence }) => sequence))).toEqual([
      [7],
      [1],
      [1],
    ]);
  });
});

describe("with a database that the browser closes", () => {
  it("opens it again the first time, and works from memory from the second on", async () => {
    const name = freshDatabaseName();
    const store = open(name);
    const reasons = reasonsOf(store);
    await store.putReports(sampleReports(1));
    await clearIndexedDb();
    await vi.waitFor(async () => expect((await store.getReports(keys(1))).size).toBe(0));
    await store.putOutbox(sampleEntry("a"));
    await store.putManifests([sampleSeen(0, 5)]);
    await store.putReports(sampleReports(1));
    expect((await store.getReports(keys(1))).size).toBe(1);
    expect(reasons).toEqual([]);

    await clearIndexedDb();
    await vi.waitFor(() => expect(reasons).toEqual(["terminated"]));
    await store.putReports(sampleReports(2));
    await store.putOutbox(sampleEntry("b"));
    await store.putManifests([sampleSeen(1, 5)]);
    expect((await store.getManifests(usersOf([sampleSeen(0, 0), sampleSeen(1, 0)]))).size).toBe(1);
    expect((await store.getReports(keys(2))).size).toBe(2);
    expect((await store.outbox()).map(({ id }) => id)).toEqual(["b"]);
    expect(await open(name).outbox()).toEqual([]);
  });

  it("fails no call that is under way", async () => {
    const store = open(freshDatabaseName());
    await store.putReports(sampleReports(1));
    const calls = Array.from({ length: 30 }, (_, i) =>
      [
        () => store.putReports(sampleReports(50)),
        () => store.getReports(keys(50)),
        () => store.putOutbox(sampleEntry(`${i}`)),
        () => store.putManifests([sampleSeen(i, 1), sampleSeen(0, i)]),
        () => store.getManifests([sampleSeen(0, 1).userId]),
        () => store.putFields([sampleField(0)]),
      ][i % 6]?.(),
    );
    await clearIndexedDb();
    await Promise.all(calls);
  });
});

describe("without IndexedDB", () => {
  const refusing = (name: string): object => ({
    open: () => {
      throw new DOMException("no", name);
    },
  });

  it.each<[string, unknown]>([
    ["is undefined", undefined],
    ["is null", null],
    ["throws SecurityError, as in a sandboxed frame", refusing("SecurityError")],
    ["throws InvalidStateError, as some private windows do", refusing("InvalidStateError")],
  ])("works from memory where it %s", async (_how, value) => {
    vi.stubGlobal("indexedDB", value);
    const store = open("unused");
    const reasons = reasonsOf(store);
    await Promise.all([
      store.putReports(sampleReports(2)),
      store.putOutbox(sampleEntry("a")),
      store.deleteReports(["@x:y"]),
    ]);
    expect((await store.getReports(keys(3))).size).toBe(2);
    expect(await store.outbox()).toEqual([sampleEntry("a")]);
    await Promise.all([store.putManifests([sampleSeen(0, 5), sampleSeen(0, 4)]), store.putFields([sampleField(0)])]);
    const { userId } = sampleSeen(0, 5);
    expect((await store.getManifests([userId])).get(userId)).toEqual([sampleSeen(0, 5)]);
    expect((await store.getFields([userId])).get(userId)).toEqual(sampleField(0));
    await store.deleteFields([userId]);
    expect((await store.getFields([userId])).size).toBe(0);
    await store.deleteOutbox("a");
    await store.deleteReports();
    expect((await store.getReports(keys(3))).size).toBe(0);
    expect(reasons).toEqual(["unavailable"]);
    expect(store.degraded?.cause).toBeInstanceOf(Error);
  });

  it("tells each listener once, and none that has left; the late one finds it in degraded", async () => {
    vi.stubGlobal("indexedDB", undefined);
    const store = open("unused");
    const heard: StoreDegradation[] = [];
    const listener = (degradation: StoreDegradation): void => void heard.push(degradation);
    store.onDegraded(listener);
    store.onDegraded(listener);
    store.onDegraded(() => expect.unreachable())();
    expect(store.degraded).toBeUndefined();
    await store.getReports(keys(1));
    await store.putReports(sampleReports(1));
    expect(heard).toHaveLength(2);
    store.onDegraded(() => expect.unreachable());
    await store.getReports(keys(1));
    expect(store.degraded?.reason).toBe("unavailable");
  });
});

it("works from memory in a frame that has no origin", async () => {
  const frame = document.createElement("iframe");
  frame.sandbox.add("allow-scripts");
  frame.srcdoc = `<script>
    try { indexedDB.open("x"); parent.postMessage("opened", "*"); } catch (error) { parent.postMessage(error.name, "*"); }
  </script>`;
  const answer = new Promise((resolve) => addEventListener("message", ({ data }) => resolve(data), { once: true }));
  document.body.append(frame);
  // What Chromium throws there is what the tests above put in its place.
  expect(await answer).toBe("SecurityError");
  frame.remove();
});

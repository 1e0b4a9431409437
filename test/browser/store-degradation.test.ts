import { openDB } from "idb";
import { indexedDbStore, type SignatureStore, type StoreDegradation } from "matrix-countersign/store";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sampleEntry, sampleKey, sampleNow, sampleReport, sampleReports } from "../support/cached-reports.js";
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

/** A kept signature of about `chars` bytes that no compression makes smaller. */
function bigEntry(id: string, chars: number): ReturnType<typeof sampleEntry> {
  let value = "";
  for (let index = 0; value.length < chars; index++) value += sampleKey(index);
  return sampleEntry(id, { signature: { userId: "@alice:example.org", keyId: "custom:org.example:k", value } });
}

async function onDisk(name: string): Promise<{ reports: number; kept: string[] }> {
  const raw = await openDB(name);
  const found = { reports: await raw.count("reports"), kept: (await raw.getAllKeys("outbox")).map(String) };
  raw.close();
  return found;
}

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

  it("drops reports to bring a kept signature to the disk", async () => {
    await setQuota(3_000_000);
    const name = freshDatabaseName();
    const store = open(name);
    for (let round = 0; round < 8; round++)
      await store.putReports(sampleReports(4000).slice(round * 500, round * 500 + 500));
    await store.putOutbox(sampleEntry("small"));
    await store.putOutbox(bigEntry("big", 1_000_000));
    await store.putOutbox(bigEntry("bigger", 1_040_000));
    const disk = await onDisk(name);
    expect(disk.kept).toEqual(["big", "bigger", "small"]);
    expect(disk.reports).toBeLessThan(4000);
    expect(store.degraded).toBeUndefined();
  });

  it("never loses a kept signature that fits nowhere, and moves none of the others", async () => {
    await setQuota(500_000);
    const name = freshDatabaseName();
    const store = open(name);
    await store.putOutbox(sampleEntry("small"));
    await store.putOutbox(bigEntry("big", 900_000));
    expect((await store.outbox()).map((kept) => kept.id).sort()).toEqual(["big", "small"]);
    expect((await onDisk(name)).kept).toEqual(["small"]);
    expect(store.degraded?.reason).toBe("quota");
    await store.deleteOutbox("big");
    expect((await store.outbox()).map((kept) => kept.id)).toEqual(["small"]);
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
    await store.putReports(sampleReports(1));
    expect((await store.getReports(keys(1))).size).toBe(1);
    expect(reasons).toEqual([]);

    await clearIndexedDb();
    await vi.waitFor(() => expect(reasons).toEqual(["terminated"]));
    await store.putReports(sampleReports(2));
    await store.putOutbox(sampleEntry("b"));
    expect((await store.getReports(keys(2))).size).toBe(2);
    expect((await store.outbox()).map((kept) => kept.id)).toEqual(["b"]);
    expect(await open(name).outbox()).toEqual([]);
  });

  it("fails no call that is under way", async () => {
    const store = open(freshDatabaseName());
    await store.putReports(sampleReports(1));
    const calls = Array.from({ length: 30 }, (_, i) =>
      i % 3 === 0
        ? store.putReports(sampleReports(50))
        : i % 3 === 1
          ? store.getReports(keys(50))
          : store.putOutbox(sampleEntry(`${i}`)),
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

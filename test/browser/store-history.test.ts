import { deleteDB, openDB } from "idb";
import {
  compareHistories,
  indexedDbStore,
  type KeySighting,
  type SignatureStore,
  verifyHistory,
} from "matrix-countersign/store";
import { afterEach, expect, it, vi } from "vitest";
import { judgePin } from "../../src/model/history/judge-pin.js";
import { sampleNow, sampleReports } from "../support/cached-reports.js";
import { clearIndexedDb, setQuota } from "../support/chromium-storage.js";
import { freshDatabaseName } from "../support/databases.js";
import { masterKey, minute, sampleTrace, sighting } from "../support/history.js";
import type { StoreTask, StoreTaskProgress, StoreTaskResult } from "../support/store-worker.js";
import { sampleConferral, sampleTrust } from "../support/trust-data-conformance.js";

const opened: { close(): void }[] = [];
const alice = "@alice:example.org";

function open(name: string, openTimeoutMs = 10_000): SignatureStore {
  const store = indexedDbStore(name, { now: () => sampleNow, openTimeoutMs });
  opened.push(store);
  return store;
}

async function judge(store: SignatureStore, name: string, attestedAt?: number): Promise<string> {
  return judgePin((await store.getPins([alice])).get(alice), masterKey(name), attestedAt).state;
}

/** Records `keys` in another thread, one by one; resolves when all are stored, or ends it once `until` of them are. */
function recordThere(name: string, keys: readonly KeySighting[], until = Number.POSITIVE_INFINITY): Promise<void> {
  const worker = new Worker(new URL("../support/store-worker.ts", import.meta.url), { type: "module" });
  opened.push({ close: () => worker.terminate() });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<StoreTaskProgress | StoreTaskResult>) => {
      if ("stored" in data && data.stored < until) return;
      worker.terminate();
      resolve();
    });
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.postMessage({ name, keys, now: sampleNow } satisfies StoreTask);
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  for (const one of opened.splice(0)) one.close();
});

it("gives the next page the log of this one, and goes on behind it", async () => {
  const name = freshDatabaseName();
  const first = open(name);
  await first.recordKeys([sighting("A")]);
  const before = await first.exportHistory();
  first.close();
  const second = open(name);
  expect(await judge(second, "B", minute(1))).toBe("re-attested");
  await second.recordKeys([sighting("B", 2, { attestedAt: minute(1) })]);
  expect(await judge(second, "A")).toBe("superseded");
  expect(compareHistories(await second.exportHistory(), before).relation).toBe("first-extends");
});

it("makes one whole chain of what two tabs and another thread append at once", async () => {
  const name = freshDatabaseName();
  const tabs = [open(name), open(name)];
  const of = (prefix: string, count: number): KeySighting[] =>
    Array.from({ length: count }, (_, index) => sighting("A", 0, { userId: `@${prefix}${index}:x` }));
  const there = recordThere(name, [...of("there", 40), ...of("both", 20)]);
  const here = tabs.map((tab, index) =>
    Promise.all([...of(`here${index}`, 30), ...of("both", 20)].map((one) => tab.recordKeys([one]))),
  );
  await Promise.all([there, ...here]);
  const log = verifyHistory(await open(name).exportHistory());
  expect(log.fault).toBeUndefined();
  expect(log.entries).toHaveLength(40 + 2 * 30 + 20);
  expect(tabs.map(({ degraded }) => degraded)).toEqual([undefined, undefined]);
});

it("leaves a whole chain behind when a thread is ended in the middle of writing", async () => {
  const name = freshDatabaseName();
  const keys = Array.from({ length: 400 }, (_, index) => sighting("A", 0, { userId: `@user${index}:x` }));
  await recordThere(name, keys, 20);
  const store = open(name);
  await store.recordKeys([sighting("A")]);
  const { isIntact, entries } = verifyHistory(await store.exportHistory());
  expect(isIntact).toBe(true);
  expect(entries.length).toBeGreaterThan(20);
});

it.each<[string, object]>([
  ["of another shape", { kind: "trusted" }],
  ["without a key", { masterKey: undefined }],
  ["with a float for a time", { at: 0.5 }],
  ["with binary data", { signatures: [new Uint8Array(8)] }],
])("takes the user of a damaged entry (%s) for changed, never for new, and writes on", async (_what, changes) => {
  const name = freshDatabaseName();
  const store = open(name);
  await store.recordKeys([sighting("A"), sighting("X", 0, { userId: "@bob:x" })]);
  const raw = await openDB(name);
  const record = await raw.get("history", [alice, 0]);
  await raw.put("history", { ...record, ...changes });
  raw.close();
  expect(await judge(store, "A", minute(5))).toBe("changed");
  expect(await judge(store, "B", minute(5))).toBe("changed");
  await store.recordKeys([sighting("A", 1), sighting("A", 2, { acceptedAt: minute(2) })]);
  expect(await judge(store, "A")).toBe("same");
  expect((await store.getPins(["@bob:x"])).size).toBe(1);
  expect(verifyHistory(await store.exportHistory())).toMatchObject({
    isIntact: false,
    fault: "malformed",
    entries: [],
  });
  expect(store.degraded).toBeUndefined();
});

it("goes on behind a last entry that is damaged, and the break shows", async () => {
  const name = freshDatabaseName();
  const store = open(name);
  await store.recordKeys([sighting("A"), sighting("B", 1)]);
  const raw = await openDB(name);
  await raw.put("history", { ...(await raw.get("history", [alice, 1])), kind: "trusted", at: 0.5 });
  raw.close();
  await store.recordKeys([sighting("X", 0, { userId: "@bob:x" })]);
  const verified = verifyHistory(await store.exportHistory());
  expect(verified).toMatchObject({ isIntact: false, fault: "malformed" });
  expect(verified.entries).toHaveLength(1);
  expect(store.degraded).toBeUndefined();
});

it("holds what a full disk does not take, drops caches before that, and brings it there when there is room", async () => {
  await setQuota(1_500_000);
  const name = freshDatabaseName();
  const store = open(name);
  try {
    await store.putReports(sampleReports(300));
    await store.recordKeys([sighting("A")]);
    const signatures = Array.from({ length: 16 }, (_, index) => sampleTrace(index, { keyId: "k".repeat(250) }));
    const users = Array.from({ length: 800 }, (_, index) =>
      sighting(index, 1, { userId: `@user${index}:x`, signatures }),
    );
    let recorded = 0;
    while (store.degraded === undefined && recorded < users.length) {
      await store.recordKeys(users.slice(recorded, recorded + 100));
      recorded += 100;
    }
    expect(store.degraded?.reason).toBe("quota");
    await store.recordKeys([sighting("B", 3, { attestedAt: minute(2) })]);
    const raw = await openDB(name);
    const stored = await raw.count("history");
    expect(await raw.count("reports")).toBe(0);
    raw.close();
    expect(stored).toBeLessThan(recorded + 2);
    expect(await judge(store, "A")).toBe("superseded");
    expect((await store.getPins(users.map(({ userId }) => userId))).size).toBe(recorded);
    const log = verifyHistory(await store.exportHistory());
    expect(log).toMatchObject({ isIntact: true });
    expect(log.entries).toHaveLength(recorded + 2);
  } finally {
    await setQuota();
  }
});

it("works from memory where there is no IndexedDB, all of it", async () => {
  vi.stubGlobal("indexedDB", undefined);
  const store = open("unused");
  await store.recordKeys([sighting("A"), sighting("B", 2, { attestedAt: minute(1) })]);
  await store.recordKeys([sighting("A", 3)]);
  await store.putConferral(sampleConferral(0));
  await Promise.all([store.putTrust("settings", sampleTrust(5)), store.putTrust("settings", sampleTrust(4))]);
  expect(await judge(store, "A")).toBe("superseded");
  expect(verifyHistory(await store.exportHistory())).toMatchObject({ isIntact: true, entries: { length: 3 } });
  expect(await store.conferrals()).toEqual([sampleConferral(0)]);
  expect(await store.listTrust("")).toEqual(new Map([["settings", sampleTrust(5)]]));
  await store.deleteConferral(sampleConferral(0).userId);
  expect(await store.conferrals()).toEqual([]);
  expect(store.degraded?.reason).toBe("unavailable");
});

it("fails no call that is under way while the browser takes the database away", async () => {
  const store = open(freshDatabaseName());
  await store.recordKeys([sighting("A")]);
  const calls = Array.from({ length: 20 }, (_, index) =>
    [
      () => store.recordKeys([sighting(index, index)]),
      () => store.getPins([alice]),
      () => store.exportHistory(),
      () => store.putTrust("settings", sampleTrust(index)),
      () => store.putConferral(sampleConferral(index)),
    ][index % 5]?.(),
  );
  await clearIndexedDb();
  await Promise.all(calls);
  await store.recordKeys([sighting("Z", 99)]);
  expect(verifyHistory(await store.exportHistory()).isIntact).toBe(true);
});

it("keeps the highest revision where two tabs write at once", async () => {
  const name = freshDatabaseName();
  const tabs = [open(name), open(name)];
  const writing = Array.from({ length: 40 }, (_, index) =>
    tabs[index % 2]?.putTrust("list:a", sampleTrust((index * 7) % 40)),
  );
  await Promise.all(writing);
  for (const tab of tabs) expect(await tab.getTrust("list:a")).toEqual(sampleTrust(39));
});

it("works from memory while the database hangs, and brings all of it to the disk once it opens", async () => {
  const name = freshDatabaseName();
  const holder = await openDB(name, 1);
  const deleting = deleteDB(name); // waits for the holder, and every later opening waits for it
  const store = open(name, 50);
  await store.recordKeys([sighting("A"), sighting("B", 1)]);
  await store.recordKeys([sighting("B", 2, { acceptedAt: minute(2) })]);
  await store.putConferral(sampleConferral(0));
  await store.putTrust("settings", sampleTrust(5));
  expect(await judge(store, "A")).toBe("superseded");
  holder.close();
  await deleting;
  const other = open(name);
  await vi.waitFor(async () => expect(await judge(other, "B")).toBe("same"));
  expect(await judge(store, "B")).toBe("same");
  await vi.waitFor(async () => expect(await other.getTrust("settings")).toEqual(sampleTrust(5)));
  expect(await other.conferrals()).toEqual([sampleConferral(0)]);
  expect(compareHistories(await store.exportHistory(), await other.exportHistory()).relation).toBe("same");
});

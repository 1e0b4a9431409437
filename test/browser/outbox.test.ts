import { openDB } from "idb";
import {
  Countersign,
  type CountersignOptions,
  type OutboxResult,
  type OwnSignature,
  type SignatureAlgorithm,
  type StoreDegradation,
} from "matrix-countersign";
import { indexedDbStore } from "matrix-countersign/store";
import { afterEach, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { setQuota } from "../support/chromium-storage.js";
import { freshDatabaseName } from "../support/databases.js";
import { clientOf, createOwner, type OwnerData, type OwnerTabNews, type OwnerTabTask } from "../support/owner-tab.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

let owner: OwnerData;

const network = { isThere: true, requests: [] as string[] };

beforeAll(async () => {
  owner = await createOwner(`${location.origin}/_homeserver/synapse-strict/outbox-${crypto.randomUUID().slice(0, 8)}`);
});

afterEach(() => {
  network.isThere = true;
  network.requests.length = 0;
});

const send: typeof fetch = async (input, init) => {
  if (!network.isThere) throw new TypeError("no network");
  network.requests.push(`${init?.method} ${String(input)}`);
  return fetch(input, init);
};

async function openTab(database: string, options: Partial<CountersignOptions> = {}): Promise<Countersign> {
  const store = indexedDbStore(database);
  const countersign = await Countersign.create(clientOf(owner), {
    algorithms: [stampAlgorithm({ hashes: true })],
    store,
    outbox: "manual",
    http: { fetch: send, maxRetries: 0 },
    ...options,
  });
  onTestFinished(() => {
    countersign.close();
    store.close();
  });
  return countersign;
}

/** A tab whose first try to publish failed: one signature waits in the outbox. */
async function openWaitingTab(database: string): Promise<{ tab: Countersign; signature: OwnSignature }> {
  const tab = await openTab(database);
  const signature = await tab.sign(await stampSigner());
  network.isThere = false;
  await expect(tab.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
  network.isThere = true;
  return { tab, signature };
}

/** A tab in a worker, what it tells, and its sudden end. */
function openWorkerTab(task: Omit<OwnerTabTask, "owner">) {
  const worker = new Worker(new URL("../support/owner-tab-worker.ts", import.meta.url), { type: "module" });
  onTestFinished(() => worker.terminate());
  const told: OwnerTabNews[] = [];
  worker.addEventListener("message", ({ data }: MessageEvent<OwnerTabNews>) => told.push(data));
  worker.postMessage({ owner, ...task } satisfies OwnerTabTask);
  return { told, kill: () => worker.terminate() };
}

const writes = (requests: readonly string[]): number => requests.filter((line) => line.startsWith("PUT")).length;
const requestsOf = (told: readonly OwnerTabNews[]): string[] =>
  told.flatMap((news) => ("request" in news ? news.request : []));

async function inProfile(): Promise<string[]> {
  const name = "org.matrix.msc2961.signatures";
  const answer = await fetch(`${owner.baseUrl}/_matrix/client/v3/profile/${encodeURIComponent(owner.userId)}/${name}`);
  return Object.keys((await answer.json())[name]?.external ?? {});
}

it("two tabs that try the same signature at once publish it once", async () => {
  const database = freshDatabaseName();
  const { tab, signature } = await openWaitingTab(database);
  const other = await openTab(database);
  const worker = openWorkerTab({ database });
  const results = (await Promise.all([tab.resume(), other.resume()])).flat();
  await vi.waitFor(() => expect(worker.told.at(-1)).toHaveProperty("receipts"), 10_000);
  const receipts = worker.told.flatMap((news) => ("receipts" in news ? news.receipts : []));
  expect(results.length + Number(receipts)).toBe(1);
  expect(writes([...network.requests, ...requestsOf(worker.told)])).toBe(1);
  expect(await inProfile()).toContain(signature.keyId);
  expect(await tab.outbox()).toEqual([]);
});

it.each([
  ["before its request left", "before", 1],
  ["when the server had done it", "after", 0],
] as const)(
  "a tab that is killed while it publishes, %s, leaves it to the next one",
  async (_when, moment, writesLeft) => {
    const database = freshDatabaseName();
    const { tab, signature } = await openWaitingTab(database);
    const worker = openWorkerTab({ database, stay: { method: "PUT", moment } });
    await vi.waitFor(() => expect(worker.told).toContainEqual({ stays: true }), 10_000);
    network.requests.length = 0;
    const results = tab.resume();
    // It waits for as long as the other lives.
    await vi.waitFor(async () => {
      const { pending = [] } = await navigator.locks.query();
      expect(pending.map(({ name }) => name)).toContain(`matrix-countersign publish ${owner.userId}`);
    });
    expect(network.requests).toEqual([]);
    worker.kill();
    expect(await results).toMatchObject([{ receipt: { published: true } }]);
    expect(writes(network.requests)).toBe(writesLeft);
    expect(await inProfile()).toContain(signature.keyId);
    expect(await tab.outbox()).toEqual([]);
  },
);

it("a withdrawal in one tab overtakes what waits to be published in the other", async () => {
  const database = freshDatabaseName();
  const { tab, signature } = await openWaitingTab(database);
  const other = await openTab(database);
  await other.withdraw(signature.keyId);
  expect(await tab.resume()).toEqual([]);
  expect(await inProfile()).not.toContain(signature.keyId);
});

it("on a full disk no signature is lost while the page lives, and the page is told", async () => {
  onTestFinished(() => setQuota());
  await setQuota(500_000);
  const database = freshDatabaseName();
  const tab = await openTab(database, { algorithms: [bulkyAlgorithm()] });
  expect(await tab.outbox()).toEqual([]);
  await fillDisk();
  const told: StoreDegradation[] = [];
  tab.on("store-degraded", (degradation) => told.push(degradation));
  const signature = await tab.sign(await stampSigner());
  network.isThere = false;
  await expect(tab.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
  expect((await tab.outbox()).map((entry) => entry.signature.keyId)).toContain(signature.keyId);
  expect(told).toMatchObject([{ reason: "quota" }]);
  network.isThere = true;
  expect(await tab.resume()).toMatchObject([{ receipt: { published: true } }]);
  expect((await tab.outbox()).map((entry) => entry.signature.keyId)).not.toContain(signature.keyId);
  expect(await inProfile()).toContain(signature.keyId);
});

it("publishes by itself, once, when the browser is online again", async () => {
  const database = freshDatabaseName();
  const tab = await openTab(database, { outbox: "automatic" });
  const tried: OutboxResult[] = [];
  tab.on("outbox", (result) => tried.push(result));
  const signature = await tab.sign(await stampSigner());
  network.isThere = false;
  await expect(tab.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
  dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(tried).toMatchObject([{ error: { code: "ERR_HTTP_NETWORK" } }]));
  network.isThere = true;
  dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(tried).toMatchObject([{}, { receipt: { published: true } }]));
  expect(await inProfile()).toContain(signature.keyId);
  expect(writes(network.requests)).toBe(1);
  expect(await tab.outbox()).toEqual([]);
});

it("goes on with what an earlier page left, by itself", async () => {
  const database = freshDatabaseName();
  const { tab, signature } = await openWaitingTab(database);
  tab.close();
  const next = await openTab(database, { outbox: "automatic" });
  const tried: OutboxResult[] = [];
  next.on("outbox", (result) => tried.push(result));
  await vi.waitFor(() => {
    dispatchEvent(new Event("online"));
    expect(tried).toMatchObject([{ receipt: { published: true } }]);
  });
  expect(await inProfile()).toContain(signature.keyId);
});

/** The same signatures with 20 kB behind them: so small a thing as a stamp finds room on the fullest disk. */
function bulkyAlgorithm(): SignatureAlgorithm {
  const stamp = stampAlgorithm({ hashes: true });
  const accept: SignatureAlgorithm["accept"] = async (input) => {
    const accepted = await stamp.accept?.(input);
    if (!accepted) throw new Error("no signature");
    const bulk = crypto.getRandomValues(new Uint8Array(15_000));
    return { ...accepted, value: `${accepted.value}${btoa(String.fromCharCode(...bulk))}` };
  };
  const verify: SignatureAlgorithm["verify"] = (input) =>
    stamp.verify({ ...input, value: String(input.value).slice(0, 86) });
  return { ...stamp, accept, verify };
}

/** Fills another database of the origin until not even a little fits. */
async function fillDisk(): Promise<void> {
  const filler = await openDB(freshDatabaseName(), 1, { upgrade: (database) => database.createObjectStore("filler") });
  onTestFinished(() => filler.close());
  for (let count = 0, sizeBytes = 100_000; sizeBytes > 10; count++) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(sizeBytes, 65_536)));
    await filler.put("filler", bytes, count).catch(() => {
      sizeBytes = Math.floor(sizeBytes / 2);
    });
  }
}

import { memoryStore, type OutboxEntry, type SignatureStore } from "matrix-countersign/store";
import { expect, it, vi } from "vitest";
import { createOutboxWorker } from "../../src/client/owner/outbox-worker.js";
import type { OutboxResult } from "../../src/client/owner/resume.js";
import { openSession } from "../../src/client/session.js";
import { sampleEntry } from "../support/cached-reports.js";
import { nobodyTrusted } from "../support/nobody-trusted.js";

const userId = "@alice:example.org";
const minute = 60_000;

/** A pause of the worker, which the test ends. */
interface Pause {
  readonly ms: number;
  end(): void;
}

/** A worker whose pauses the test ends, for entries that no network lets publish. */
async function setUp({ jitter = 0.5, store = memoryStore() }: { jitter?: number; store?: SignatureStore } = {}) {
  const pauses: Pause[] = [];
  const told: OutboxResult[] = [];
  const page = new EventTarget();
  const requests = { count: 0, atOnce: 0, mostAtOnce: 0, onRequest: (): void => undefined };
  const offline: typeof fetch = async () => {
    requests.count += 1;
    requests.mostAtOnce = Math.max(requests.mostAtOnce, ++requests.atOnce);
    requests.onRequest();
    await new Promise((resolve) => setImmediate(resolve));
    requests.atOnce -= 1;
    throw new TypeError("no network");
  };
  const crypto = {
    getCrossSigningKeyId: async () => "key",
    getUserVerificationStatus: async () => ({ isCrossSigningVerified: () => true }),
  };
  const client = {
    getUserId: () => userId,
    getHomeserverUrl: () => "https://example.org",
    getAccessToken: () => "token",
    getCrypto: () => crypto,
  };
  const session = openSession(client, { http: { fetch: offline, maxRetries: 0 } }, store, nobodyTrusted);
  const wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      pauses.push({ ms, end: resolve });
      signal.addEventListener("abort", reject);
    });
  const wake = createOutboxWorker(session, (result) => told.push(result), { random: () => jitter, wait, page });
  const pause = async (count: number): Promise<Pause> => {
    await vi.waitFor(() => expect(pauses).toHaveLength(count));
    return pauses[count - 1] as Pause;
  };
  return { session, store, wake, pauses, told, page, requests, pause };
}

const waiting = (id: string, changes: Partial<OutboxEntry> = {}): OutboxEntry =>
  sampleEntry(id, { userId, state: "waiting", action: "publish", ...changes });

it("pauses twice as long after every round, up to an hour", async () => {
  const { store, wake, pause, pauses } = await setUp();
  await store.putOutbox(waiting("a"));
  wake();
  for (let count = 1; count <= 9; count++) (await pause(count)).end();
  await pause(10);
  expect(pauses.map(({ ms }) => ms / minute)).toEqual([0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it.each([
  [0, 0.25],
  [0.999, 0.7495],
])("spreads tabs that begin together: %f", async (jitter, minutes) => {
  const { store, wake, pause } = await setUp({ jitter });
  await store.putOutbox(waiting("a"));
  wake();
  expect((await pause(1)).ms).toBeCloseTo(minutes * minute);
});

it("tells of every try, one after the other, and ends when nothing waits any more", async () => {
  const { store, wake, pause, pauses, told, requests } = await setUp();
  for (const id of ["a", "b", "c"]) await store.putOutbox(waiting(id));
  wake();
  wake();
  (await pause(1)).end();
  const second = await pause(2);
  expect(told.map(({ error }) => error?.code)).toEqual(["ERR_HTTP_NETWORK", "ERR_HTTP_NETWORK", "ERR_HTTP_NETWORK"]);
  expect(requests).toMatchObject({ count: 3, mostAtOnce: 1 });
  for (const { id } of await store.outbox()) await store.deleteOutbox(id);
  second.end();
  const read = vi.spyOn(store, "outbox");
  await vi.waitFor(() => expect(read).toHaveBeenCalled());
  await new Promise((resolve) => setImmediate(resolve));
  expect(pauses).toHaveLength(2);
  expect(requests.count).toBe(3);
});

it("asks nobody where nothing of the own user waits", async () => {
  const { store, wake, pauses, requests } = await setUp();
  await store.putOutbox(waiting("a", { state: "accepted" }));
  await store.putOutbox(waiting("b", { state: "stopped" }));
  await store.putOutbox(waiting("c", { userId: "@bob:example.org" }));
  const read = vi.spyOn(store, "outbox");
  wake();
  await vi.waitFor(() => expect(read).toHaveBeenCalled());
  await new Promise((resolve) => setImmediate(resolve));
  expect([pauses.length, requests.count]).toEqual([0, 0]);
});

it("tries at once when the browser is online again, and pauses shortly after that", async () => {
  const { store, wake, pause, pauses, page, told } = await setUp();
  await store.putOutbox(waiting("a"));
  wake();
  for (const count of [1, 2, 3]) (await pause(count)).end();
  await pause(4);
  page.dispatchEvent(new Event("online"));
  await pause(5);
  expect(told).toHaveLength(4);
  expect(pauses.map(({ ms }) => ms / minute)).toEqual([0.5, 1, 2, 4, 1]);
});

it("does not miss that the browser is online again while a round is under way", async () => {
  const { store, wake, pause, page, told, requests } = await setUp();
  await store.putOutbox(waiting("a"));
  wake();
  const first = await pause(1);
  requests.onRequest = () => {
    requests.onRequest = () => undefined;
    page.dispatchEvent(new Event("online"));
  };
  first.end();
  await pause(2);
  expect(told).toHaveLength(2);
  expect(requests.mostAtOnce).toBe(1);
});

it("does not miss it either while it looks what waits, nor over something that is added then", async () => {
  const { store, wake, pause, page, told } = await setUp();
  await store.putOutbox(waiting("a"));
  const entries = await store.outbox();
  vi.spyOn(store, "outbox").mockImplementationOnce(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    page.dispatchEvent(new Event("online"));
    wake();
    return entries;
  });
  wake();
  await pause(1);
  expect(told).toHaveLength(1);
});

it("begins anew with a short pause when something is added, and does not try at once", async () => {
  const { store, wake, pause, pauses, told } = await setUp();
  await store.putOutbox(waiting("a"));
  wake();
  for (const count of [1, 2, 3]) (await pause(count)).end();
  await pause(4);
  await store.putOutbox(waiting("b"));
  wake();
  await pause(5);
  expect(pauses.map(({ ms }) => ms / minute)).toEqual([0.5, 1, 2, 4, 0.5]);
  expect(told).toHaveLength(3);
});

it("does not miss what is added while it finds that nothing waits", async () => {
  const { store, wake, pause } = await setUp();
  const read = vi.spyOn(store, "outbox");
  read.mockImplementationOnce(async () => {
    const entries: OutboxEntry[] = [];
    queueMicrotask(() => {
      void store.putOutbox(waiting("a"));
      wake();
    });
    await new Promise((resolve) => setImmediate(resolve));
    return entries;
  });
  wake();
  expect((await pause(1)).ms).toBe(0.5 * minute);
});

it("stops when the instance is closed, in a pause and in a round", async () => {
  const resting = await setUp();
  await resting.store.putOutbox(waiting("a"));
  resting.wake();
  await resting.pause(1);
  resting.session.closing.abort();
  const working = await setUp();
  await working.store.putOutbox(waiting("a"));
  await working.store.putOutbox(waiting("b"));
  working.wake();
  working.requests.onRequest = () => working.session.closing.abort();
  (await working.pause(1)).end();
  await vi.waitFor(() => expect(working.requests.count).toBe(1));
  for (const { page, wake } of [resting, working]) {
    page.dispatchEvent(new Event("online"));
    wake();
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect([resting.pauses.length, resting.requests.count]).toEqual([1, 0]);
  expect([working.pauses.length, working.requests.count]).toEqual([1, 1]);
});

it("goes on after a store that failed, when something is heard", async () => {
  const { store, wake, page, pause, told } = await setUp();
  await store.putOutbox(waiting("a"));
  vi.spyOn(store, "outbox").mockRejectedValueOnce(new Error("the disk is broken"));
  wake();
  await new Promise((resolve) => setImmediate(resolve));
  page.dispatchEvent(new Event("online"));
  await pause(1);
  expect(told).toHaveLength(1);
});

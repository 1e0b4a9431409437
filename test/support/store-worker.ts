import { type CachedReport, indexedDbStore, type OutboxEntry } from "matrix-countersign/store";

/** What a page asks the store in a worker to do, and the time at which. */
export interface StoreTask {
  readonly name: string;
  readonly now: number;
  readonly put?: readonly CachedReport[];
  readonly keep?: OutboxEntry;
  readonly get?: readonly string[];
}

/** What came of it. */
export interface StoreTaskResult {
  readonly found: CachedReport[];
  readonly kept: OutboxEntry[];
  readonly degraded: string | undefined;
}

/** A second context on the same database: it does one task with a store of its own and leaves. */
addEventListener("message", async ({ data }: MessageEvent<StoreTask>) => {
  const store = indexedDbStore(data.name, { now: () => data.now });
  for (const report of data.put ?? []) await store.putReports([report]);
  if (data.keep) await store.putOutbox(data.keep);
  const found = [...(await store.getReports(data.get ?? [])).values()];
  const result: StoreTaskResult = { found, kept: await store.outbox(), degraded: store.degraded?.reason };
  store.close();
  postMessage(result);
});

import type { SeenManifest } from "matrix-countersign";
import { type CachedReport, indexedDbStore, type KeySighting, type OutboxEntry } from "matrix-countersign/store";

/** What a page asks the store in a worker to do, and the time at which. Everything is put one by one, in this order. */
export interface StoreTask {
  readonly name: string;
  readonly now: number;
  readonly put?: readonly CachedReport[];
  readonly manifests?: readonly SeenManifest[];
  readonly outbox?: readonly OutboxEntry[];
  readonly keys?: readonly KeySighting[];
  readonly get?: readonly string[];
}

/** That so much of manifests, outbox and keys is stored, as far as the worker knows. */
export interface StoreTaskProgress {
  readonly stored: number;
}

/** What came of it. */
export interface StoreTaskResult {
  readonly found: CachedReport[];
  readonly outbox: OutboxEntry[];
  readonly degraded: string | undefined;
}

/** A second context on the same database: it does one task with a store of its own and leaves. */
addEventListener("message", async ({ data }: MessageEvent<StoreTask>) => {
  const store = indexedDbStore(data.name, { now: () => data.now });
  let stored = 0;
  const tell = (): void => postMessage({ stored: ++stored } satisfies StoreTaskProgress);
  for (const report of data.put ?? []) await store.putReports([report]);
  for (const manifest of data.manifests ?? []) await store.putManifests([manifest]).then(tell);
  for (const entry of data.outbox ?? []) await store.putOutbox(entry).then(tell);
  for (const key of data.keys ?? []) await store.recordKeys([key]).then(tell);
  const found = [...(await store.getReports(data.get ?? [])).values()];
  const result: StoreTaskResult = { found, outbox: await store.outbox(), degraded: store.degraded?.reason };
  store.close();
  postMessage(result);
});

import { finish } from "./finish.js";
import type { Database } from "./schema.js";
import type { CachedReport } from "./signature-store.js";

/** Keys asked for in one range: more make one request slow to answer, fewer make many requests. */
const keysPerRange = 256;
/** The most records that a range may hold for each key wanted in it. */
const maxRecordsPerKey = 3;

/**
 * What the database holds under `keys`, and possibly much else, unchecked.
 *
 * A request costs about as much as four records that come in one request, so a `getAll` over a stretch of the key space beats
 * a `get` for each key wherever at least every third record in it is wanted, and a `count` tells that for next to nothing.
 * Measured in Chromium 156 on two cores, 10,000 reports of 700 bytes, best strategy of each row marked:
 *
 * | | ms |
 * |---|---|
 * | 10,000 of 10,000, each `get` awaited | 2,750 |
 * | the same, all `get`s at once in one transaction | 480 |
 * | the same, one `getAll` | 140 |
 * | the same, 40 `getAll`s over 256 keys at once (used) | 70 |
 * | 10,000 of 50,000, all `get`s at once (used) | 500 |
 * | the same, 40 `getAll`s | 580 |
 * | 1,000 of 50,000, all `get`s at once (used) | 30 |
 * | the same, 4 `getAll`s | 470 |
 * | 40 `count`s over 50,000 records | 5 |
 *
 * Records are nested objects: flat ones and JSON text took as long or longer.
 */
export async function readReports(database: Database, keys: readonly string[]): Promise<unknown[]> {
  const sorted = [...new Set(keys)].sort();
  const transaction = database.transaction("reports");
  const readStretch = async (stretch: readonly string[]): Promise<unknown[]> => {
    const range = IDBKeyRange.bound(stretch[0], stretch.at(-1));
    const dense = stretch.length > 16 && (await transaction.store.count(range)) <= stretch.length * maxRecordsPerKey;
    return dense
      ? await transaction.store.getAll(range)
      : await Promise.all(stretch.map((key) => transaction.store.get(key)));
  };
  const stretches: Promise<unknown[]>[] = [];
  for (let start = 0; start < sorted.length; start += keysPerRange) {
    stretches.push(readStretch(sorted.slice(start, start + keysPerRange)));
  }
  return (await finish(transaction, stretches)).flat();
}

/** Writes all of `reports` or none. */
export async function writeReports(database: Database, reports: readonly CachedReport[]): Promise<object> {
  const transaction = database.transaction("reports", "readwrite", { durability: "relaxed" });
  return finish(
    transaction,
    reports.map((report) => transaction.store.put(report)),
  );
}

/** Deletes what stands under `keys`. */
export async function deleteKeys(database: Database, keys: readonly IDBValidKey[]): Promise<object> {
  const transaction = database.transaction("reports", "readwrite", { durability: "relaxed" });
  return finish(
    transaction,
    keys.map((key) => transaction.store.delete(IDBKeyRange.only(key))),
  );
}

/** Deletes all reports of `userIds`, or all reports. */
export async function deleteReportsOf(database: Database, userIds: readonly string[] | undefined): Promise<object> {
  const transaction = database.transaction("reports", "readwrite");
  if (!userIds) return finish(transaction, [transaction.store.clear()]);
  const index = transaction.store.index("userId");
  const forget = async (userId: string): Promise<void> => {
    for (const key of await index.getAllKeys(userId)) await transaction.store.delete(key);
  };
  return finish(transaction, [...new Set(userIds)].map(forget));
}

/** Deletes what is expired or stored in the future, then the oldest down to `maxReports` or that share of what is left. */
export async function pruneReports(database: Database, now: number, maxReports: number, share = 1): Promise<object> {
  const transaction = database.transaction("reports", "readwrite", { durability: "relaxed" });
  const { store } = transaction;
  const prune = async (): Promise<void> => {
    const expired = await store.index("freshUntil").getAllKeys(IDBKeyRange.upperBound(now));
    const future = await store.index("storedAt").getAllKeys(IDBKeyRange.lowerBound(now, true));
    await Promise.all([...expired, ...future].map((key) => store.delete(key)));
    const left = await store.count();
    const excess = left - Math.min(maxReports, Math.floor(left * share));
    if (excess <= 0) return;
    const oldest = await store.index("storedAt").getAllKeys(null, excess);
    await Promise.all(oldest.map((key) => store.delete(key)));
  };
  return finish(transaction, [prune()]);
}

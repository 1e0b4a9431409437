import type { Cached, CacheKind } from "./cache-kind.js";
import { finish } from "./finish.js";
import { readBulk } from "./read-bulk.js";
import type { Database } from "./schema.js";

type Table = CacheKind<never>["table"];

/** What the table holds under `keys`, and possibly much else, unchecked. */
export async function readCached(database: Database, table: Table, keys: readonly string[]): Promise<unknown[]> {
  const transaction = database.transaction(table);
  return (await finish(transaction, [readBulk<unknown>(transaction.store, keys)])).flat();
}

/** Writes all of `records` or none. */
export async function writeCached(database: Database, table: Table, records: readonly Cached[]): Promise<object> {
  const transaction = database.transaction(table, "readwrite", { durability: "relaxed" });
  return finish(
    transaction,
    records.map((record) => transaction.store.put(record)),
  );
}

/** Deletes what stands under `keys`, or everything. */
export async function deleteCached(database: Database, table: Table, keys?: readonly string[]): Promise<object> {
  const transaction = database.transaction(table, "readwrite", { durability: "relaxed" });
  const requests = keys?.map((key) => transaction.store.delete(IDBKeyRange.only(key)));
  return finish(transaction, requests ?? [transaction.store.clear()]);
}

/** Deletes all reports of `userIds`. */
export async function deleteReportsOf(database: Database, userIds: readonly string[]): Promise<object> {
  const transaction = database.transaction("reports", "readwrite");
  const index = transaction.store.index("userId");
  const forget = async (userId: string): Promise<void> => {
    for (const key of await index.getAllKeys(userId)) await transaction.store.delete(key);
  };
  return finish(transaction, [...new Set(userIds)].map(forget));
}

/** Deletes what is expired or stored in the future, then the oldest down to `maxRecords` or that share of what is left. */
export async function pruneCached(
  database: Database,
  table: Table,
  now: number,
  maxRecords: number,
  share = 1,
): Promise<object> {
  const transaction = database.transaction(table, "readwrite", { durability: "relaxed" });
  const { store } = transaction;
  const prune = async (): Promise<void> => {
    const expired = await store.index("freshUntil").getAllKeys(IDBKeyRange.upperBound(now));
    const future = await store.index("storedAt").getAllKeys(IDBKeyRange.lowerBound(now, true));
    await Promise.all([...expired, ...future].map((key) => store.delete(key)));
    const left = await store.count();
    const excess = left - Math.min(maxRecords, Math.floor(left * share));
    if (excess <= 0) return;
    const oldest = await store.index("storedAt").getAllKeys(null, excess);
    await Promise.all(oldest.map((key) => store.delete(key)));
  };
  return finish(transaction, [prune()]);
}

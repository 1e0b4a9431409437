import { finish } from "./finish.js";
import type { RecordKind } from "./record-kind.js";
import type { Database } from "./schema.js";

type Table = RecordKind<never>["table"];

/** What stands under `key`, or under every key that begins with `prefix` and possibly others, unchecked. */
export async function readRecords(
  database: Database,
  table: Table,
  wanted: { readonly key: string } | { readonly prefix: string },
): Promise<unknown[]> {
  const transaction = database.transaction(table);
  const range = "key" in wanted ? IDBKeyRange.only(wanted.key) : IDBKeyRange.lowerBound(wanted.prefix);
  return (await finish<unknown[]>(transaction, [transaction.store.getAll(range)])).flat();
}

/** Writes a record through to the disk, unless what stands there is not to be replaced: looked up in the same transaction. */
export async function writeRecord<T extends object>(
  database: Database,
  kind: RecordKind<T>,
  record: T,
): Promise<object> {
  const transaction = database.transaction(kind.table, "readwrite", { durability: "strict" });
  const { store } = transaction;
  const merge = async (): Promise<void> => {
    const known = kind.read(await store.get(kind.keyOf(record)));
    if (!known || kind.replaces(record, known)) await store.put(record as never);
  };
  return finish(transaction, [merge()]);
}

/** Deletes one record. */
export async function deleteRecord(database: Database, table: Table, key: string): Promise<object> {
  const transaction = database.transaction(table, "readwrite", { durability: "strict" });
  return finish(transaction, [transaction.store.delete(key)]);
}

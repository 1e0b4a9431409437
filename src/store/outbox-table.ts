import { finish } from "./finish.js";
import type { Database } from "./schema.js";
import type { OutboxEntry } from "./signature-store.js";

/** The whole outbox, unchecked. */
export async function readOutbox(database: Database): Promise<unknown[]> {
  const transaction = database.transaction("outbox");
  return (await finish(transaction, [transaction.store.getAll()])).flat();
}

/** Writes one entry through to the disk. */
export async function writeOutbox(database: Database, entry: OutboxEntry): Promise<object> {
  const transaction = database.transaction("outbox", "readwrite", { durability: "strict" });
  return finish(transaction, [transaction.store.put(entry)]);
}

/** Deletes one entry. */
export async function deleteFromOutbox(database: Database, id: string): Promise<object> {
  const transaction = database.transaction("outbox", "readwrite", { durability: "strict" });
  return finish(transaction, [transaction.store.delete(id)]);
}

import { finish } from "./finish.js";
import type { Database } from "./schema.js";
import type { KeptSignature } from "./signature-store.js";

/** All that is kept, unchecked. */
export async function readAllKept(database: Database): Promise<unknown[]> {
  const transaction = database.transaction("kept");
  return (await finish(transaction, [transaction.store.getAll()])).flat();
}

/** Writes one signature through to the disk. */
export async function writeKept(database: Database, signature: KeptSignature): Promise<object> {
  const transaction = database.transaction("kept", "readwrite", { durability: "strict" });
  return finish(transaction, [transaction.store.put(signature)]);
}

/** Deletes one signature. */
export async function deleteKept(database: Database, id: string): Promise<object> {
  const transaction = database.transaction("kept", "readwrite");
  return finish(transaction, [transaction.store.delete(id)]);
}

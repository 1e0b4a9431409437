import { type IDBPDatabase, openDB } from "idb";
import { dropCaches } from "./drop-caches.js";
import { nameOf } from "./finish.js";
import { type Migration, migrate, type UpgradeTransaction } from "./migrations.js";
import type { Database, StoreSchema } from "./schema.js";

/** Who hears what becomes of a database that is being opened. */
export interface OpenListeners {
  /** Another tab holds an older version open: the opening waits. */
  readonly blocked: () => void;
  /** Another tab waits for this one to let go. */
  readonly blocking: (database: Database) => void;
  /** The browser closed it. */
  readonly terminated: (database: Database) => void;
}

/**
 * Opens a database and brings it to the version that `migrations` make. Tries again where that may help: site data that was
 * being cleared aborts an opening, and a full disk an upgrade, which goes through once the caches are dropped.
 *
 * Rejects with the browser's own error, also where `indexedDB` is missing or forbidden.
 */
export async function openDatabase(
  name: string,
  migrations: readonly Migration[],
  listeners: OpenListeners,
): Promise<Database> {
  try {
    return await request(name, migrations, listeners);
  } catch (error) {
    const isFull = nameOf(error) === "QuotaExceededError";
    if (nameOf(error) !== "AbortError" && !isFull) throw error;
    if (isFull) await dropCaches(name).catch(() => undefined);
    return request(name, migrations, listeners);
  }
}

async function request(
  name: string,
  migrations: readonly Migration[],
  { blocked, blocking, terminated }: OpenListeners,
): Promise<Database> {
  let fault: unknown;
  try {
    const database: Database = await openDB<StoreSchema>(name, migrations.length, {
      upgrade: (database, from, _to, transaction) => {
        // idb waits for neither promise: a failed step has to undo the upgrade by itself, unless that is already under way.
        const untyped = [database as unknown as IDBPDatabase, transaction as unknown as UpgradeTransaction] as const;
        migrate(...untyped, from, migrations)
          .catch(() => transaction.abort())
          .catch(() => undefined);
        transaction.done.catch((error: unknown) => {
          fault = error;
        });
      },
      blocked,
      blocking: () => blocking(database),
      terminated: () => terminated(database),
    });
    return database;
  } catch (error) {
    // That the disk is full only the transaction says: the opening was just aborted.
    throw nameOf(fault) === "QuotaExceededError" ? fault : error;
  }
}

import { openDB } from "idb";
import { fieldKind, reportKind } from "./cache-kind.js";

/**
 * Empties the caches of the database `name`, whatever its version, so that there is room to bring it to the newest: browsers
 * count what an upgrade writes and not what it deletes, so it cannot make room for itself.
 */
export async function dropCaches(name: string): Promise<void> {
  const database = await openDB(name, undefined, {
    upgrade: (_database, _from, _to, transaction) => {
      // There is none: it is not this function's to make.
      transaction.done.catch(() => undefined);
      transaction.abort();
    },
  });
  try {
    for (const { table, keyPath } of [reportKind, fieldKind]) {
      if (!database.objectStoreNames.contains(table)) continue;
      const transaction = database.transaction(table, "readwrite");
      if (transaction.store.keyPath === keyPath) await transaction.store.clear();
      await transaction.done;
    }
  } finally {
    database.close();
  }
}

import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { CachedReport, KeptSignature } from "./signature-store.js";

/**
 * The database as the last of the migrations leaves it. What is read from it is believed only after `readReport` and
 * `readKept`: another version, another program or a user with developer tools may have written it.
 */
export interface StoreSchema extends DBSchema {
  reports: { key: string; value: CachedReport; indexes: { userId: string; storedAt: number; freshUntil: number } };
  kept: { key: string; value: KeptSignature };
}

/** An open connection to the database. */
export type Database = IDBPDatabase<StoreSchema>;

/** The transaction in which a database is brought to another version. */
export type UpgradeTransaction = IDBPTransaction<StoreSchema, StoreNames<StoreSchema>[], "versionchange">;

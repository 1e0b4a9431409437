import type { DBSchema, IDBPDatabase } from "idb";
import type { Conferral } from "../model/conferral.js";
import type { HistoryEntry } from "../model/history/history-entry.js";
import type { CachedField, SeenManifest } from "../model/manifest/seen-manifest.js";
import type { NamedTrust } from "./record-kind.js";
import type { CachedReport, OutboxEntry } from "./signature-store.js";

/**
 * The database as the last of the migrations leaves it. What is read from it is believed only after the readers of `record.ts`:
 * another version, another program or a user with developer tools may have written it.
 */
export interface StoreSchema extends DBSchema {
  reports: { key: string; value: CachedReport; indexes: { userId: string; storedAt: number; freshUntil: number } };
  /** The index `storedAt` is over `fetchedAt`, so that both caches are pruned alike. */
  fields: { key: string; value: CachedField; indexes: { storedAt: number; freshUntil: number } };
  /** One record a user, so that the rule for all of them is kept in one write. */
  manifests: { key: string; value: { readonly userId: string; readonly seen: readonly SeenManifest[] } };
  outbox: { key: string; value: OutboxEntry };
  /** By user first, so that many users' pins are read in few requests; the index gives the chain its order. */
  history: { key: [userId: string, sequence: number]; value: HistoryEntry; indexes: { sequence: number } };
  conferrals: { key: string; value: Conferral };
  trust: { key: string; value: NamedTrust };
}

/** An open connection to the database. */
export type Database = IDBPDatabase<StoreSchema>;

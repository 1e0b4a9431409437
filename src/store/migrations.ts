import type { IDBPDatabase, IDBPTransaction } from "idb";
import { isJsonObject } from "../encoding/json-object.js";
import { readOutboxEntry } from "./record.js";

/** The transaction in which a database is brought to another version. */
export type UpgradeTransaction = IDBPTransaction<unknown, string[], "versionchange">;

/**
 * Brings a database one version further. It awaits nothing but requests of `transaction`, or the upgrade ends early. Both are
 * untyped: a step knows shapes that are no longer.
 */
export type Migration = (database: IDBPDatabase, transaction: UpgradeTransaction) => void | Promise<void>;

/**
 * One step for each version ever released, the first for version 1; the newest version is their number. A released step
 * is never changed: a new shape gets a new step. Steps may drop reports and fields; everything else is always carried over.
 */
export const migrations: readonly Migration[] = [createStores, addOutboxAndManifests, addTrust];

/** Runs the steps that a database of version `from` (0: a new one) lacks. */
export async function migrate(
  database: IDBPDatabase,
  transaction: UpgradeTransaction,
  from: number,
  steps: readonly Migration[],
): Promise<void> {
  for (const step of steps.slice(from)) await step(database, transaction);
}

function createStores(database: IDBPDatabase): void {
  const reports = database.createObjectStore("reports", { keyPath: "cacheKey" });
  for (const name of ["userId", "storedAt", "freshUntil"]) reports.createIndex(name, name);
  database.createObjectStore("kept", { keyPath: "id" });
}

/** The outbox takes the place of kept signatures, which had neither state nor action. */
async function addOutboxAndManifests(database: IDBPDatabase, transaction: UpgradeTransaction): Promise<void> {
  const fields = database.createObjectStore("fields", { keyPath: "userId" });
  fields.createIndex("storedAt", "fetchedAt");
  fields.createIndex("freshUntil", "freshUntil");
  database.createObjectStore("manifests", { keyPath: "userId" });
  const outbox = database.createObjectStore("outbox", { keyPath: "id" });
  for (const record of await transaction.objectStore("kept").getAll()) await outbox.put(entryOfKept(record));
  database.deleteObjectStore("kept");
}

/** What trust stands on: keys seen, what was conferred, and the newest that was seen of settings and lists. */
function addTrust(database: IDBPDatabase): void {
  const history = database.createObjectStore("history", { keyPath: ["userId", "sequence"] });
  history.createIndex("sequence", "sequence", { unique: true });
  database.createObjectStore("conferrals", { keyPath: "userId" });
  database.createObjectStore("trust", { keyPath: "name" });
}

/** What cannot be read goes along as it is: it may be somebody's signature. */
function entryOfKept(record: unknown): unknown {
  if (!isJsonObject(record)) return record;
  const { keptAt } = record;
  const added = { action: "publish", state: "waiting", attempts: 0, addedAt: keptAt, changedAt: keptAt };
  return readOutboxEntry({ ...record, ...added }) ?? record;
}

import type { Database, UpgradeTransaction } from "./schema.js";

/** Brings a database one version further. It awaits nothing but requests of `transaction`, or the upgrade ends early. */
export type Migration = (database: Database, transaction: UpgradeTransaction) => void | Promise<void>;

/**
 * One step for each version ever released, the first for version 1; the newest version is their number. A released step
 * is never changed: a new shape gets a new step. Steps may drop reports, kept signatures are always carried over.
 */
export const migrations: readonly Migration[] = [createStores];

/** Runs the steps that a database of version `from` (0: a new one) lacks. */
export async function migrate(
  database: Database,
  transaction: UpgradeTransaction,
  from: number,
  steps: readonly Migration[],
): Promise<void> {
  for (const step of steps.slice(from)) await step(database, transaction);
}

function createStores(database: Database): void {
  const reports = database.createObjectStore("reports", { keyPath: "cacheKey" });
  for (const name of ["userId", "storedAt", "freshUntil"] as const) reports.createIndex(name, name);
  database.createObjectStore("kept", { keyPath: "id" });
}

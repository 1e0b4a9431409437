import { cdp } from "vitest/browser";

interface Session {
  send(method: string, parameters: object): Promise<unknown>;
}

/** Deletes every IndexedDB database of the origin, as "clear site data" does: open connections are terminated. */
export async function clearIndexedDb(): Promise<void> {
  await session().send("Storage.clearDataForOrigin", { origin: location.origin, storageTypes: "indexeddb" });
}

/**
 * Gives the origin `quotaSize` bytes of storage from now on, or what it had before where that is absent.
 *
 * Clears IndexedDB, because Chromium remembers for seconds how much room an open database had.
 */
export async function setQuota(quotaSize?: number): Promise<void> {
  const origin = location.origin;
  await session().send("Storage.overrideQuotaForOrigin", quotaSize === undefined ? { origin } : { origin, quotaSize });
  await clearIndexedDb();
}

function session(): Session {
  return cdp() as unknown as Session;
}

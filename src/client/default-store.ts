import type { SignatureStore } from "../store/signature-store.js";

/**
 * A store of this user's own: IndexedDB in browsers, memory elsewhere.
 *
 * Stores are loaded when they are first needed: who brings one of their own does not carry these.
 */
export async function defaultStore(userId: string, now: () => number): Promise<SignatureStore> {
  const { indexedDbStore, memoryStore } = await import("../store/index.js");
  const inBrowser = typeof indexedDB !== "undefined" || typeof document !== "undefined";
  return inBrowser ? indexedDbStore(`matrix-countersign ${userId}`, { now }) : memoryStore({ now });
}

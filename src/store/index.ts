/** @module matrix-countersign/store */
export { type IndexedDbStoreOptions, indexedDbStore } from "./indexed-db-store.js";
export { memoryStore } from "./memory-store.js";
export type {
  CachedReport,
  DegradationReason,
  OutboxEntry,
  SignatureStore,
  StoreDegradation,
  StoreOptions,
} from "./signature-store.js";

/** @module matrix-countersign/store */
export type { Conferral, ConferralMemory } from "../model/conferral.js";
export {
  compareHistories,
  type HistoryComparison,
  type UserDifference,
} from "../model/history/compare-histories.js";
export type { HistoryEntry, HistoryEvent, HistoryKind, SignatureTrace } from "../model/history/history-entry.js";
export type { KeyHistory, KeySighting, KnownKey, UserHistory } from "../model/history/key-history.js";
export { type HistoryFault, type HistoryVerification, verifyHistory } from "../model/history/verify-history.js";
export type { TrustMemory, TrustRecord } from "../model/trust-record.js";
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

import type { ConferralMemory } from "../model/conferral.js";
import type { ExternalSignature } from "../model/external-signature.js";
import type { KeyHistory } from "../model/history/key-history.js";
import type { RouteName } from "../model/identity.js";
import type { FieldCache, ManifestMemory } from "../model/manifest/seen-manifest.js";
import type { Verdict } from "../model/report.js";
import type { TrustMemory } from "../model/trust-record.js";

/** A verdict as a {@link SignatureStore} remembers it. All times are milliseconds since 1970. */
export interface CachedReport {
  /** What the verdict is about: chosen by the caller, 1 to 1,024 characters, one key for one question. */
  readonly cacheKey: string;
  /** The owner of the signed object: whom to name to forget it. At most 1,024 characters. */
  readonly userId: string;
  /** The answer. One with more than 16 names, or 4,096 characters of them, is not stored. */
  readonly verdict: Verdict;
  /** When it was stored. */
  readonly storedAt: number;
  /** First moment at which it must not be believed any more: never later than the verdict's own `validUntil`. */
  readonly freshUntil: number;
}

/**
 * Something to be published or taken back that is not done yet: it was verified, and is never lost.
 *
 * Texts hold at most 2^20 characters, lists at most 1,000 texts of 255. All times are milliseconds since 1970.
 */
export interface OutboxEntry {
  /** Chosen by the caller; another under the same ID replaces the first. */
  readonly id: string;
  readonly userId: string;
  /** The master key that the signature is on. */
  readonly masterKey: string;
  readonly action: "publish" | "withdraw";
  readonly signature: ExternalSignature;
  /**
   * - `accepted` — verified, and nobody asked to publish it yet
   * - `waiting` — to be tried again
   * - `stopped` — given up until the caller says otherwise
   */
  readonly state: "accepted" | "waiting" | "stopped";
  /** Why it is not done: an error code or words; may be empty. */
  readonly reason: string;
  /** The routes to take; absent: every one that fits. */
  readonly routes?: readonly RouteName[];
  /** The rooms to write it to. */
  readonly rooms?: readonly string[];
  /** The lint rules that the caller overrides. */
  readonly force?: readonly string[];
  /** How often it was tried: a whole number. */
  readonly attempts: number;
  readonly addedAt: number;
  /** When its owner last asked for it: later than for anything else under the same key ID. Tries leave it as it is. */
  readonly changedAt: number;
}

/**
 * Why a store works from memory, in whole or in part. Nothing that the caller asked for failed, but it will be gone with
 * the page.
 *
 * - `unavailable` — no IndexedDB here (private mode, blocked by a setting), or it does not answer: nothing to do
 * - `blocked` — another tab holds an older version open and does not let go: close or reload that tab
 * - `newer` — a newer version of this package owns the database: reload the page
 * - `quota` — the disk or the origin's share is full: free some space
 * - `terminated` — the browser took the database away twice (site data was cleared, the disk fails): reload the page
 * - `failed` — anything else; see `cause`
 */
export type DegradationReason = "unavailable" | "blocked" | "newer" | "quota" | "terminated" | "failed";

/** That a store works from memory, and why. */
export interface StoreDegradation {
  readonly reason: DegradationReason;
  /** The error underneath, where there is one. */
  readonly cause?: unknown;
}

/** What every kind of store takes. */
export interface StoreOptions {
  /** The time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
  /** The most reports that are remembered; beyond it the expired, then the oldest are forgotten. Default: 50,000. */
  readonly maxReports?: number;
}

/**
 * A memory for verdicts, profile fields and the newest manifests, and the place where own signatures wait to be published.
 *
 * Reports and fields are caches: a store may forget any of them at any time, never gives back one that is past its
 * `freshUntil` or that was stored in the future (the clock was set back), and never fails over them. Whether a cached verdict
 * still answers the question is the caller's to decide, through `cacheKey` and `freshUntil`.
 *
 * All else is data: caches are dropped to make room for it, and nothing but newer manifests, `deleteOutbox`,
 * `deleteConferral` or a higher revision takes it away. The history of keys only grows: with the number of users who were ever
 * assessed, by an entry each, and by one for each change of a key. Of manifests, fields and reports one that is out of bounds is left out: a manifest beyond 32
 * KiB, a field beyond 128 KiB, either without canonical JSON; what was remembered of that user's field is forgotten then.
 *
 * After {@link SignatureStore.close} reports and fields are neither found nor stored; everything else rejects with `ERR_CLOSED`,
 * because an empty answer would hide what was rolled back.
 */
export interface SignatureStore extends ManifestMemory, FieldCache, ConferralMemory, TrustMemory, KeyHistory {
  /** The fresh reports among `cacheKeys`, by key; those not found are absent. Meant for many keys at once. */
  getReports(cacheKeys: readonly string[]): Promise<Map<string, CachedReport>>;
  /** Remembers `reports`, each in place of what its key had; one out of bounds is left out. */
  putReports(reports: readonly CachedReport[]): Promise<void>;
  /** Forgets the reports of `userIds`, or all reports. */
  deleteReports(userIds?: readonly string[]): Promise<void>;
  /**
   * Holds an entry until it is deleted.
   *
   * @throws CountersignError `ERR_SIGNATURE_VALUE` for what could not be read back (a value that has no canonical JSON, a
   *   member that is missing, unknown or out of bounds), `ERR_CLOSED`
   */
  putOutbox(entry: OutboxEntry): Promise<void>;
  /**
   * All entries, the one added first foremost.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  outbox(): Promise<OutboxEntry[]>;
  /**
   * Deletes an entry; an unknown ID is none the worse.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  deleteOutbox(id: string): Promise<void>;
  /** The last degradation, `undefined` as long as everything is stored where it belongs. */
  readonly degraded: StoreDegradation | undefined;
  /**
   * Calls `listener` at each degradation, once a reason; see {@link SignatureStore.degraded} for one that came before.
   *
   * @returns a function that ends it
   */
  onDegraded(listener: (degradation: StoreDegradation) => void): () => void;
  /** Gives the database back once what is under way has ended. */
  close(): void;
}

/** The bound of {@link StoreOptions.maxReports} where none is given. */
export const defaultMaxReports = 50_000;

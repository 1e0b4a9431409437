import { CountersignError } from "../errors.js";
import type { Conferral } from "../model/conferral.js";
import type { CachedField, SeenManifest } from "../model/manifest/seen-manifest.js";
import { byUser } from "./by-user.js";
import { fieldKind, maxFields, reportKind } from "./cache-kind.js";
import { MemoryCache } from "./memory-cache.js";
import { MemoryHistory } from "./memory-history.js";
import { MemoryRecords } from "./memory-records.js";
import { newestSeen } from "./newest-seen.js";
import { checkEntry, sortEntries } from "./outbox-entry.js";
import { readReport, readSeenManifest } from "./record.js";
import { conferralKind, type NamedTrust, trustKind } from "./record-kind.js";
import {
  type CachedReport,
  defaultMaxReports,
  type OutboxEntry,
  type SignatureStore,
  type StoreDegradation,
  type StoreOptions,
} from "./signature-store.js";
import { sortFields } from "./sort-fields.js";
import { TrustData } from "./trust-data.js";

/**
 * A store that lives as long as the page: for tests, for servers, and where nothing may touch the disk.
 *
 * It is what was asked for, so it never counts as degraded.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for a `maxReports` that is no positive integer
 */
export function memoryStore(options: StoreOptions = {}): SignatureStore {
  return new MemoryStore(options);
}

/** The memory behind {@link memoryStore}, and behind a database that does not take everything. */
export class MemoryStore extends TrustData implements SignatureStore {
  readonly degraded: StoreDegradation | undefined = undefined;
  readonly reports: MemoryCache<CachedReport>;
  readonly fields: MemoryCache<CachedField>;
  readonly conferralRecords: MemoryRecords<Conferral> = new MemoryRecords(conferralKind);
  readonly trustRecords: MemoryRecords<NamedTrust> = new MemoryRecords(trustKind);
  protected readonly history: MemoryHistory = new MemoryHistory();
  readonly #now: () => number;
  readonly #manifests = new Map<string, SeenManifest[]>();
  readonly #outbox = new Map<string, OutboxEntry>();
  #closed = false;

  constructor(options: StoreOptions) {
    super();
    this.#now = options.now ?? Date.now;
    this.reports = new MemoryCache(reportKind, this.#now, checkMaxReports(options.maxReports));
    this.fields = new MemoryCache(fieldKind, this.#now, maxFields);
  }

  async getReports(cacheKeys: readonly string[]): Promise<Map<string, CachedReport>> {
    return this.reports.get(cacheKeys);
  }

  async putReports(reports: readonly CachedReport[]): Promise<void> {
    if (!this.#closed) this.reports.put(reports.flatMap((report) => readReport(report) ?? []));
  }

  async deleteReports(userIds?: readonly string[]): Promise<void> {
    const forgotten = userIds && new Set(userIds);
    this.reports.delete((report) => !forgotten || forgotten.has(report.userId));
  }

  async getFields(userIds: readonly string[]): Promise<Map<string, CachedField>> {
    return this.fields.get(userIds);
  }

  async putFields(fields: readonly CachedField[]): Promise<void> {
    if (this.#closed) return;
    const { clean, unreadable } = sortFields(fields);
    await this.deleteFields(unreadable);
    this.fields.put(clean);
  }

  async deleteFields(userIds: readonly string[]): Promise<void> {
    const forgotten = new Set(userIds);
    this.fields.delete(({ userId }) => forgotten.has(userId));
  }

  async getManifests(userIds: readonly string[]): Promise<Map<string, SeenManifest[]>> {
    this.assertOpen();
    return new Map(
      [...new Set(userIds)].flatMap((userId) => {
        const seen = this.#manifests.get(userId);
        return seen ? [[userId, [...seen]]] : [];
      }),
    );
  }

  async putManifests(manifests: readonly SeenManifest[]): Promise<void> {
    this.assertOpen();
    const clean = manifests.flatMap((manifest) => readSeenManifest(manifest) ?? []);
    for (const [userId, seen] of byUser(clean)) {
      this.#manifests.set(userId, newestSeen([...(this.#manifests.get(userId) ?? []), ...seen], this.#now()));
    }
  }

  async putOutbox(entry: OutboxEntry): Promise<void> {
    this.assertOpen();
    const copy = checkEntry(entry);
    this.#outbox.set(copy.id, copy);
  }

  async outbox(): Promise<OutboxEntry[]> {
    this.assertOpen();
    return sortEntries(this.#outbox.values());
  }

  async deleteOutbox(id: string): Promise<void> {
    this.assertOpen();
    this.#outbox.delete(id);
  }

  onDegraded(): () => void {
    return () => undefined;
  }

  close(): void {
    this.#closed = true;
    this.reports.delete(() => true);
    this.fields.delete(() => true);
    this.#manifests.clear();
    this.#outbox.clear();
    for (const part of [this.conferralRecords, this.trustRecords, this.history]) part.clear();
  }

  /** What must not be lost, at this very moment. */
  held(): { readonly manifests: readonly SeenManifest[]; readonly outbox: readonly OutboxEntry[] } {
    return { manifests: [...this.#manifests.values()].flat(), outbox: [...this.#outbox.values()] };
  }

  /** Deletes an entry unless another took its place. */
  release(entry: OutboxEntry): void {
    if (this.#outbox.get(entry.id) === entry) this.#outbox.delete(entry.id);
  }

  protected override assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

/** The bound that an option gives, or the default. */
export function checkMaxReports(maxReports: number = defaultMaxReports): number {
  if (Number.isSafeInteger(maxReports) && maxReports > 0) return maxReports;
  throw new CountersignError("ERR_OPTION_INVALID", "expected maxReports to be a positive integer");
}

/** What a store says after `close` where an empty answer would do harm. */
export function closedError(): CountersignError {
  return new CountersignError("ERR_CLOSED", "expected an open store, got one that was closed");
}

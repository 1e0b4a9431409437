import { CountersignError } from "../errors.js";
import { isFresh, readKept, readReport } from "./record.js";
import {
  type CachedReport,
  defaultMaxReports,
  type KeptSignature,
  type SignatureStore,
  type StoreDegradation,
  type StoreOptions,
} from "./signature-store.js";

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
export class MemoryStore implements SignatureStore {
  readonly degraded: StoreDegradation | undefined = undefined;
  readonly #now: () => number;
  readonly #maxReports: number;
  /** In the order they came, so that the first is the oldest. */
  readonly #reports = new Map<string, CachedReport>();
  readonly #kept = new Map<string, KeptSignature>();
  #closed = false;

  constructor(options: StoreOptions) {
    this.#now = options.now ?? Date.now;
    this.#maxReports = checkMaxReports(options.maxReports);
  }

  async getReports(cacheKeys: readonly string[]): Promise<Map<string, CachedReport>> {
    const now = this.#now();
    const found = new Map<string, CachedReport>();
    for (const key of cacheKeys) {
      const report = this.#reports.get(key);
      if (report && isFresh(report, now)) found.set(key, report);
    }
    return found;
  }

  async putReports(reports: readonly CachedReport[]): Promise<void> {
    if (this.#closed) return;
    for (const report of reports) {
      const copy = readReport(report);
      if (!copy) continue;
      this.#reports.delete(copy.cacheKey);
      this.#reports.set(copy.cacheKey, copy);
    }
    if (this.#reports.size > this.#maxReports) this.#prune();
  }

  async deleteReports(userIds?: readonly string[]): Promise<void> {
    const forgotten = userIds && new Set(userIds);
    for (const [key, report] of this.#reports) {
      if (!forgotten || forgotten.has(report.userId)) this.#reports.delete(key);
    }
  }

  async keep(signature: KeptSignature): Promise<void> {
    this.#assertOpen();
    const copy = checkKept(signature);
    this.#kept.set(copy.id, copy);
  }

  async kept(): Promise<KeptSignature[]> {
    this.#assertOpen();
    return sortKept(this.#kept.values());
  }

  async discard(id: string): Promise<void> {
    this.#assertOpen();
    this.#kept.delete(id);
  }

  onDegraded(): () => void {
    return () => undefined;
  }

  close(): void {
    this.#closed = true;
    this.#reports.clear();
    this.#kept.clear();
  }

  #prune(): void {
    const now = this.#now();
    for (const [key, report] of this.#reports) if (!isFresh(report, now)) this.#reports.delete(key);
    for (const key of this.#reports.keys()) {
      if (this.#reports.size <= this.#maxReports) return;
      this.#reports.delete(key);
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

/** The bound that an option gives, or the default. */
export function checkMaxReports(maxReports: number = defaultMaxReports): number {
  if (Number.isSafeInteger(maxReports) && maxReports > 0) return maxReports;
  throw new CountersignError("ERR_OPTION_INVALID", "expected maxReports to be a positive integer");
}

/** A copy that is certain to be readable again, or `ERR_SIGNATURE_VALUE`: better no than a signature lost in silence. */
export function checkKept(signature: KeptSignature): KeptSignature {
  const copy = readKept(signature);
  if (copy) return copy;
  throw new CountersignError("ERR_SIGNATURE_VALUE", "expected a signature that canonical JSON can hold, within bounds");
}

/** Oldest first. */
export function sortKept(kept: Iterable<KeptSignature>): KeptSignature[] {
  return [...kept].sort((a, b) => a.keptAt - b.keptAt);
}

/** What `keep`, `kept` and `discard` say after `close`. */
export function closedError(): CountersignError {
  return new CountersignError("ERR_CLOSED", "expected an open store, got one that was closed");
}

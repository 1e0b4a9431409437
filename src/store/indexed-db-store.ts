import { isJsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { Connection } from "./connection.js";
import { DegradationLog } from "./degradation.js";
import { deleteKept, readAllKept, writeKept } from "./kept-table.js";
import { checkKept, checkMaxReports, closedError, MemoryStore, sortKept } from "./memory-store.js";
import { migrations } from "./migrations.js";
import { isFresh, readKept, readReport } from "./record.js";
import { deleteKeys, deleteReportsOf, pruneReports, readReports, writeReports } from "./report-table.js";
import type { CachedReport, KeptSignature, SignatureStore, StoreDegradation, StoreOptions } from "./signature-store.js";
import { withRoom } from "./with-room.js";

/** What {@link indexedDbStore} takes beside its name. */
export interface IndexedDbStoreOptions extends StoreOptions {
  /** How long the first call waits for the database before all goes on from memory, in milliseconds. Default: 3,000. */
  readonly openTimeoutMs?: number;
}

/**
 * When the disk is full the newest quarter of the reports stays. Chromium counts whole pages of about four records, and the
 * oldest records lie all over the file: half of them gone freed so few pages that the next write failed again.
 */
const shareKeptOnQuota = 0.25;

/**
 * A store in the IndexedDB database `name`, shared by every tab of the origin; opened at the first call.
 *
 * Where IndexedDB is missing, refuses, hangs or is full it works from memory and says so through `onDegraded`; no method
 * fails over it. What is in memory is this page's alone and gone with it.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for a bound that is no positive integer
 */
export function indexedDbStore(name = "matrix-countersign", options: IndexedDbStoreOptions = {}): SignatureStore {
  return new IndexedDbStore(name, options);
}

class IndexedDbStore implements SignatureStore {
  readonly #connection: Connection;
  /** What the database did not take. */
  readonly #memory: MemoryStore;
  readonly #log = new DegradationLog();
  readonly #now: () => number;
  readonly #maxReports: number;
  #writtenSincePrune = Number.POSITIVE_INFINITY;
  #pruning: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(name: string, options: IndexedDbStoreOptions) {
    this.#now = options.now ?? Date.now;
    this.#maxReports = checkMaxReports(options.maxReports);
    this.#memory = new MemoryStore(options);
    this.#connection = new Connection({
      name,
      migrations,
      openTimeoutMs: checkTimeout(options.openTimeoutMs),
      onFailure: (reason, cause) => this.#log.say(reason, cause),
      onLateOpen: () => void this.#moveKept(),
    });
  }

  get degraded(): StoreDegradation | undefined {
    return this.#log.last;
  }

  onDegraded(listener: (degradation: StoreDegradation) => void): () => void {
    return this.#log.listen(listener);
  }

  async getReports(cacheKeys: readonly string[]): Promise<Map<string, CachedReport>> {
    if (this.#closed || cacheKeys.length === 0) return new Map();
    const found = await this.#memory.getReports(cacheKeys);
    const records = await this.#connection.use((database) => readReports(database, cacheKeys));
    const wanted = new Set<unknown>(cacheKeys);
    const now = this.#now();
    const garbage: string[] = [];
    for (const record of records ?? []) {
      const key = isJsonObject(record) ? record.cacheKey : undefined;
      if (typeof key !== "string" || !wanted.has(key)) continue;
      const report = readReport(record);
      if (!report) garbage.push(key);
      else if (isFresh(report, now) && !isNewer(found.get(key), report)) found.set(key, report);
    }
    if (garbage.length > 0) void this.#connection.use((database) => deleteKeys(database, garbage));
    return found;
  }

  async putReports(reports: readonly CachedReport[]): Promise<void> {
    const clean = reports.flatMap((report) => readReport(report) ?? []);
    if (this.#closed || clean.length === 0) return;
    const written = await this.#connection.use((database) =>
      withRoom(
        () => writeReports(database, clean),
        [() => pruneReports(database, this.#now(), this.#maxReports, shareKeptOnQuota)],
      ),
    );
    if (written) this.#schedulePrune(clean.length);
    else await this.#memory.putReports(clean);
  }

  async deleteReports(userIds?: readonly string[]): Promise<void> {
    if (this.#closed) return;
    await this.#memory.deleteReports(userIds);
    await this.#connection.use((database) => deleteReportsOf(database, userIds));
  }

  async keep(signature: KeptSignature): Promise<void> {
    this.#assertOpen();
    const copy = checkKept(signature);
    if (await this.#writeKept(copy)) await this.#memory.discard(copy.id);
    else await this.#memory.keep(copy);
  }

  async kept(): Promise<KeptSignature[]> {
    this.#assertOpen();
    // What cannot be read stays in the database all the same: it may be somebody's signature.
    const records = (await this.#connection.use(readAllKept)) ?? [];
    const kept = [...records, ...(await this.#memory.kept())].flatMap((record) => readKept(record) ?? []);
    return sortKept(new Map(kept.map((one) => [one.id, one])).values());
  }

  async discard(id: string): Promise<void> {
    this.#assertOpen();
    await this.#memory.discard(id);
    await this.#connection.use((database) => deleteKept(database, id));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#pruning);
    this.#connection.close();
  }

  /** Whether the signature is on the disk: every report goes before it does not fit. */
  async #writeKept(signature: KeptSignature): Promise<boolean> {
    const written = await this.#connection.use((database) =>
      withRoom(
        () => writeKept(database, signature),
        [
          () => pruneReports(database, this.#now(), this.#maxReports, shareKeptOnQuota),
          () => deleteReportsOf(database, undefined),
        ],
      ),
    );
    return written !== undefined;
  }

  /** Brings to the disk what was kept while there was none. */
  async #moveKept(): Promise<void> {
    for (const signature of await this.#memory.kept()) {
      if (await this.#writeKept(signature)) await this.#memory.discard(signature.id);
    }
  }

  /** Prunes behind the caller's back, after the first write and then after each tenth of the bound. */
  #schedulePrune(written: number): void {
    this.#writtenSincePrune += written;
    if (this.#closed || this.#pruning !== undefined || this.#writtenSincePrune < this.#maxReports / 10) return;
    this.#pruning = setTimeout(() => {
      this.#pruning = undefined;
      this.#writtenSincePrune = 0;
      void this.#connection.use((database) => pruneReports(database, this.#now(), this.#maxReports));
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

function isNewer(other: CachedReport | undefined, report: CachedReport): boolean {
  return other !== undefined && other.storedAt > report.storedAt;
}

function checkTimeout(openTimeoutMs = 3000): number {
  if (Number.isSafeInteger(openTimeoutMs) && openTimeoutMs > 0) return openTimeoutMs;
  throw new CountersignError("ERR_OPTION_INVALID", "expected openTimeoutMs to be a positive integer");
}

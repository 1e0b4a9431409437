import { CountersignError } from "../errors.js";
import type { Conferral } from "../model/conferral.js";
import type { CachedField, SeenManifest } from "../model/manifest/seen-manifest.js";
import { fieldKind, maxFields, reportKind } from "./cache-kind.js";
import { deleteCached, deleteReportsOf } from "./cache-table.js";
import { Connection } from "./connection.js";
import { DegradationLog } from "./degradation.js";
import { DiskCache } from "./disk-cache.js";
import { DiskData } from "./disk-data.js";
import { DiskHistory } from "./disk-history.js";
import { DiskRecords } from "./disk-records.js";
import { checkMaxReports, closedError, MemoryStore } from "./memory-store.js";
import { migrations } from "./migrations.js";
import { checkEntry } from "./outbox-entry.js";
import { readReport } from "./record.js";
import { conferralKind, type NamedTrust, trustKind } from "./record-kind.js";
import { roomForCaches, roomForData } from "./room.js";
import type { CachedReport, OutboxEntry, SignatureStore, StoreDegradation, StoreOptions } from "./signature-store.js";
import { sortFields } from "./sort-fields.js";
import { TrustData } from "./trust-data.js";
import { type Writer, withRoom } from "./with-room.js";

/** What {@link indexedDbStore} takes beside its name. */
export interface IndexedDbStoreOptions extends StoreOptions {
  /** How long the first call waits for the database before all goes on from memory, in milliseconds. Default: 3,000. */
  readonly openTimeoutMs?: number;
}

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

class IndexedDbStore extends TrustData implements SignatureStore {
  readonly #connection: Connection;
  /** What the database did not take. */
  readonly #memory: MemoryStore;
  readonly #reports: DiskCache<CachedReport>;
  readonly #fields: DiskCache<CachedField>;
  readonly #data: DiskData;
  protected readonly conferralRecords: DiskRecords<Conferral>;
  protected readonly trustRecords: DiskRecords<NamedTrust>;
  protected readonly history: DiskHistory;
  readonly #log = new DegradationLog();
  readonly #now: () => number;
  #closed = false;

  constructor(name: string, options: IndexedDbStoreOptions) {
    super();
    this.#now = options.now ?? Date.now;
    const maxReports = checkMaxReports(options.maxReports);
    this.#memory = new MemoryStore(options);
    const connection = new Connection({
      name,
      migrations,
      openTimeoutMs: checkTimeout(options.openTimeoutMs),
      onFailure: (reason, cause) => this.#log.say(reason, cause),
      onLateOpen: () => this.#moveToDisk(),
    });
    this.#connection = connection;
    const common = { connection, write: this.#writer(roomForCaches), now: this.#now };
    const { reports, fields } = this.#memory;
    this.#reports = new DiskCache({ ...common, kind: reportKind, memory: reports, maxRecords: maxReports });
    this.#fields = new DiskCache({ ...common, kind: fieldKind, memory: fields, maxRecords: maxFields });
    const write = this.#writer(roomForData);
    this.#data = new DiskData(connection, this.#memory, write, this.#now);
    const { conferralRecords, trustRecords } = this.#memory;
    this.conferralRecords = new DiskRecords(conferralKind, connection, conferralRecords, write);
    this.trustRecords = new DiskRecords(trustKind, connection, trustRecords, write);
    this.history = new DiskHistory(connection, write);
  }

  get degraded(): StoreDegradation | undefined {
    return this.#log.last;
  }

  onDegraded(listener: (degradation: StoreDegradation) => void): () => void {
    return this.#log.listen(listener);
  }

  async getReports(cacheKeys: readonly string[]): Promise<Map<string, CachedReport>> {
    return this.#reports.get(cacheKeys);
  }

  async putReports(reports: readonly CachedReport[]): Promise<void> {
    await this.#reports.put(reports.flatMap((report) => readReport(report) ?? []));
  }

  async deleteReports(userIds?: readonly string[]): Promise<void> {
    if (this.#closed) return;
    await this.#memory.deleteReports(userIds);
    await this.#connection.use((database) =>
      userIds ? deleteReportsOf(database, userIds) : deleteCached(database, "reports"),
    );
  }

  async getFields(userIds: readonly string[]): Promise<Map<string, CachedField>> {
    return this.#fields.get(userIds);
  }

  async putFields(fields: readonly CachedField[]): Promise<void> {
    const { clean, unreadable } = sortFields(fields);
    if (unreadable.length > 0) await this.deleteFields(unreadable);
    await this.#fields.put(clean);
  }

  async deleteFields(userIds: readonly string[]): Promise<void> {
    if (this.#closed) return;
    await this.#memory.deleteFields(userIds);
    await this.#connection.use((database) => deleteCached(database, "fields", userIds));
  }

  async getManifests(userIds: readonly string[]): Promise<Map<string, SeenManifest[]>> {
    this.assertOpen();
    return this.#data.getManifests(userIds);
  }

  async putManifests(manifests: readonly SeenManifest[]): Promise<void> {
    this.assertOpen();
    await this.#data.putManifests(manifests);
  }

  async putOutbox(entry: OutboxEntry): Promise<void> {
    this.assertOpen();
    await this.#data.putOutbox(checkEntry(entry));
  }

  async outbox(): Promise<OutboxEntry[]> {
    this.assertOpen();
    return this.#data.outbox();
  }

  async deleteOutbox(id: string): Promise<void> {
    this.assertOpen();
    await this.#data.deleteOutbox(id);
  }

  close(): void {
    this.#closed = true;
    this.#reports.close();
    this.#fields.close();
    this.#connection.close();
  }

  /** Writes to the database, with the steps of `room` taken for as long as there is none. */
  #writer(room: typeof roomForCaches): Writer {
    return async (work) => {
      const written = await this.#connection.use((database) =>
        withRoom(() => work(database), room(database, this.#now())),
      );
      return written !== undefined;
    };
  }

  #moveToDisk(): void {
    for (const part of [this.#data, this.conferralRecords, this.trustRecords, this.history]) part.moveToDisk();
  }

  protected override assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

function checkTimeout(openTimeoutMs = 3000): number {
  if (Number.isSafeInteger(openTimeoutMs) && openTimeoutMs > 0) return openTimeoutMs;
  throw new CountersignError("ERR_OPTION_INVALID", "expected openTimeoutMs to be a positive integer");
}

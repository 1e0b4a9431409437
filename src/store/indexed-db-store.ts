import { CountersignError } from "../errors.js";
import type { CachedField, SeenManifest } from "../model/seen-manifest.js";
import { byUser } from "./by-user.js";
import { fieldKind, maxFields, reportKind } from "./cache-kind.js";
import { deleteCached, deleteReportsOf } from "./cache-table.js";
import { Connection } from "./connection.js";
import { DegradationLog } from "./degradation.js";
import { DiskCache } from "./disk-cache.js";
import { addManifests, readManifests } from "./manifest-table.js";
import {
  checkEntry,
  checkMaxReports,
  closedError,
  MemoryStore,
  sortEntries,
  unreadableFields,
} from "./memory-store.js";
import { migrations } from "./migrations.js";
import { newestSeen } from "./newest-seen.js";
import { deleteFromOutbox, readOutbox, writeOutbox } from "./outbox-table.js";
import { readField, readOutboxEntry, readReport, readSeenManifest } from "./record.js";
import { roomForCaches, roomForData } from "./room.js";
import type { Database } from "./schema.js";
import type { CachedReport, OutboxEntry, SignatureStore, StoreDegradation, StoreOptions } from "./signature-store.js";
import { withRoom } from "./with-room.js";

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

class IndexedDbStore implements SignatureStore {
  readonly #connection: Connection;
  /** What the database did not take. */
  readonly #memory: MemoryStore;
  readonly #reports: DiskCache<CachedReport>;
  readonly #fields: DiskCache<CachedField>;
  readonly #log = new DegradationLog();
  readonly #now: () => number;
  #closed = false;

  constructor(name: string, options: IndexedDbStoreOptions) {
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
    const write = (work: (database: Database) => Promise<object>): Promise<boolean> =>
      this.#write(work, (database) => roomForCaches(database, this.#now()));
    const common = { connection, write, now: this.#now };
    const { reports, fields } = this.#memory;
    this.#reports = new DiskCache({ ...common, kind: reportKind, memory: reports, maxRecords: maxReports });
    this.#fields = new DiskCache({ ...common, kind: fieldKind, memory: fields, maxRecords: maxFields });
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
    const unreadable = unreadableFields(fields);
    if (unreadable.length > 0) await this.deleteFields(unreadable);
    await this.#fields.put(fields.flatMap((field) => readField(field) ?? []));
  }

  async deleteFields(userIds: readonly string[]): Promise<void> {
    if (this.#closed) return;
    await this.#memory.deleteFields(userIds);
    await this.#connection.use((database) => deleteCached(database, "fields", userIds));
  }

  async getManifests(userIds: readonly string[]): Promise<Map<string, SeenManifest[]>> {
    this.#assertOpen();
    if (userIds.length === 0) return new Map();
    const held = await this.#memory.getManifests(userIds);
    const stored = (await this.#connection.use((database) => readManifests(database, userIds))) ?? new Map();
    const users = byUser([...held.values(), ...stored.values()].flat());
    const now = this.#now();
    return new Map([...users].map(([userId, seen]) => [userId, newestSeen(seen, now)]));
  }

  async putManifests(manifests: readonly SeenManifest[]): Promise<void> {
    this.#assertOpen();
    const clean = manifests.flatMap((manifest) => readSeenManifest(manifest) ?? []);
    if (clean.length > 0 && !(await this.#writeManifests(clean))) await this.#memory.putManifests(clean);
  }

  async putOutbox(entry: OutboxEntry): Promise<void> {
    this.#assertOpen();
    const copy = checkEntry(entry);
    if (await this.#writeEntry(copy)) await this.#memory.deleteOutbox(copy.id);
    else await this.#memory.putOutbox(copy);
  }

  async outbox(): Promise<OutboxEntry[]> {
    this.#assertOpen();
    // What cannot be read stays in the database all the same: it may be somebody's signature.
    const records = (await this.#connection.use(readOutbox)) ?? [];
    const entries = [...records.flatMap((record) => readOutboxEntry(record) ?? []), ...this.#memory.held().outbox];
    return sortEntries(new Map(entries.map((entry) => [entry.id, entry])).values());
  }

  async deleteOutbox(id: string): Promise<void> {
    this.#assertOpen();
    await this.#memory.deleteOutbox(id);
    await this.#connection.use((database) => deleteFromOutbox(database, id));
  }

  close(): void {
    this.#closed = true;
    this.#reports.close();
    this.#fields.close();
    this.#connection.close();
  }

  #writeManifests(manifests: readonly SeenManifest[]): Promise<boolean> {
    return this.#writeData((database) => addManifests(database, manifests, this.#now()));
  }

  #writeEntry(entry: OutboxEntry): Promise<boolean> {
    return this.#writeData((database) => writeOutbox(database, entry));
  }

  #writeData(work: (database: Database) => Promise<object>): Promise<boolean> {
    return this.#write(work, (database) => roomForData(database, this.#now()));
  }

  /** Whether `work` is on the disk, with the steps of `room` taken as long as it does not fit. */
  async #write(
    work: (database: Database) => Promise<object>,
    room: (database: Database) => readonly (() => Promise<unknown>)[],
  ): Promise<boolean> {
    const written = await this.#connection.use((database) => withRoom(() => work(database), room(database)));
    return written !== undefined;
  }

  /** Brings to the disk what was held while there was none: all begun at once, so that no later change is overtaken. */
  #moveToDisk(): void {
    const { manifests, outbox } = this.#memory.held();
    if (manifests.length > 0) void this.#writeManifests(manifests);
    for (const entry of outbox) {
      void this.#writeEntry(entry).then((isWritten) => isWritten && this.#memory.release(entry));
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

function checkTimeout(openTimeoutMs = 3000): number {
  if (Number.isSafeInteger(openTimeoutMs) && openTimeoutMs > 0) return openTimeoutMs;
  throw new CountersignError("ERR_OPTION_INVALID", "expected openTimeoutMs to be a positive integer");
}

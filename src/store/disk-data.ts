import type { SeenManifest } from "../model/manifest/seen-manifest.js";
import { byUser } from "./by-user.js";
import type { Connection } from "./connection.js";
import { addManifests, readManifests } from "./manifest-table.js";
import type { MemoryStore } from "./memory-store.js";
import { newestSeen } from "./newest-seen.js";
import { sortEntries } from "./outbox-entry.js";
import { deleteFromOutbox, readOutbox, writeOutbox } from "./outbox-table.js";
import { readOutboxEntry, readSeenManifest } from "./record.js";
import type { OutboxEntry } from "./signature-store.js";
import type { Writer } from "./with-room.js";

/** What must not be lost: in the database, and in memory where that does not take it. */
export class DiskData {
  readonly #connection: Connection;
  readonly #memory: MemoryStore;
  readonly #write: Writer;
  readonly #now: () => number;

  constructor(connection: Connection, memory: MemoryStore, write: Writer, now: () => number) {
    this.#connection = connection;
    this.#memory = memory;
    this.#write = write;
    this.#now = now;
  }

  async getManifests(userIds: readonly string[]): Promise<Map<string, SeenManifest[]>> {
    if (userIds.length === 0) return new Map();
    const stored = (await this.#connection.use((database) => readManifests(database, userIds))) ?? [];
    const held = [...(await this.#memory.getManifests(userIds)).values()].flat();
    const now = this.#now();
    return new Map([...byUser([...stored, ...held])].map(([userId, seen]) => [userId, newestSeen(seen, now)]));
  }

  async putManifests(manifests: readonly SeenManifest[]): Promise<void> {
    const clean = manifests.flatMap((manifest) => readSeenManifest(manifest) ?? []);
    if (clean.length > 0 && !(await this.#writeManifests(clean))) await this.#memory.putManifests(clean);
  }

  async putOutbox(entry: OutboxEntry): Promise<void> {
    if (await this.#writeEntry(entry)) await this.#memory.deleteOutbox(entry.id);
    else await this.#memory.putOutbox(entry);
  }

  async outbox(): Promise<OutboxEntry[]> {
    // What cannot be read stays in the database all the same: it may be somebody's signature.
    const records = (await this.#connection.use(readOutbox)) ?? [];
    const entries = [...records.flatMap((record) => readOutboxEntry(record) ?? []), ...this.#memory.held().outbox];
    return sortEntries(new Map(entries.map((entry) => [entry.id, entry])).values());
  }

  async deleteOutbox(id: string): Promise<void> {
    await this.#memory.deleteOutbox(id);
    await this.#connection.use((database) => deleteFromOutbox(database, id));
  }

  /** Brings to the disk what was held while there was none: all begun at once, so that it overtakes no later change. */
  moveToDisk(): void {
    const { manifests, outbox } = this.#memory.held();
    if (manifests.length > 0) void this.#writeManifests(manifests);
    for (const entry of outbox) {
      void this.#writeEntry(entry).then((isWritten) => isWritten && this.#memory.release(entry));
    }
  }

  #writeManifests(manifests: readonly SeenManifest[]): Promise<boolean> {
    return this.#write((database) => addManifests(database, manifests, this.#now()));
  }

  #writeEntry(entry: OutboxEntry): Promise<boolean> {
    return this.#write((database) => writeOutbox(database, entry));
  }
}

import type { Connection } from "./connection.js";
import type { MemoryRecords, Records } from "./memory-records.js";
import type { RecordKind } from "./record-kind.js";
import { deleteRecord, readRecords, writeRecord } from "./record-table.js";
import type { Writer } from "./with-room.js";

/** {@link Records} in the database, and in memory where that does not take them. */
export class DiskRecords<T extends object> implements Records<T> {
  readonly #kind: RecordKind<T>;
  readonly #connection: Connection;
  readonly #memory: MemoryRecords<T>;
  readonly #write: Writer;

  constructor(kind: RecordKind<T>, connection: Connection, memory: MemoryRecords<T>, write: Writer) {
    this.#kind = kind;
    this.#connection = connection;
    this.#memory = memory;
    this.#write = write;
  }

  async all(prefix = ""): Promise<T[]> {
    const stored = await this.#read({ prefix });
    return this.#merge([...stored, ...(await this.#memory.all(prefix))]).filter((record) =>
      this.#kind.keyOf(record).startsWith(prefix),
    );
  }

  async get(key: string): Promise<T | undefined> {
    const stored = await this.#read({ key });
    const held = await this.#memory.get(key);
    return this.#merge([...stored, ...(held ? [held] : [])])[0];
  }

  async put(record: T): Promise<void> {
    // First to memory: whatever is held under the key is settled there, and nothing is lost while the disk is being asked.
    await this.#memory.put(record);
    const newest = (await this.#memory.get(this.#kind.keyOf(record))) ?? record;
    await this.#bring(newest);
  }

  async delete(key: string): Promise<void> {
    await this.#memory.delete(key);
    await this.#connection.use((database) => deleteRecord(database, this.#kind.table, key));
  }

  /** Brings to the disk what was held while there was none. */
  moveToDisk(): void {
    for (const record of this.#memory.held()) void this.#bring(record);
  }

  async #bring(record: T): Promise<void> {
    if (await this.#write((database) => writeRecord(database, this.#kind, record))) this.#memory.release(record);
  }

  /** What cannot be read stays in the database all the same. */
  async #read(wanted: Parameters<typeof readRecords>[2]): Promise<T[]> {
    const records = await this.#connection.use((database) => readRecords(database, this.#kind.table, wanted));
    return (records ?? []).flatMap((record) => this.#kind.read(record) ?? []);
  }

  /** One record a key, of two the one that replaces the other, of equals the last. */
  #merge(records: readonly T[]): T[] {
    const merged = new Map<string, T>();
    for (const record of records) {
      const key = this.#kind.keyOf(record);
      const known = merged.get(key);
      if (!known || this.#kind.replaces(record, known)) merged.set(key, record);
    }
    return [...merged.values()];
  }
}

import { type Cached, type CacheKind, isFresh, keyOf } from "./cache-kind.js";
import { deleteCached, pruneCached, readCached, writeCached } from "./cache-table.js";
import type { Connection } from "./connection.js";
import type { MemoryCache } from "./memory-cache.js";
import type { Writer } from "./with-room.js";

/** What a {@link DiskCache} works with. */
export interface DiskCacheOptions<T extends Cached> {
  readonly kind: CacheKind<T>;
  readonly connection: Connection;
  /** Takes what the database does not. */
  readonly memory: MemoryCache<T>;
  readonly write: Writer;
  readonly now: () => number;
  readonly maxRecords: number;
}

/** Records of one kind in the database, and in memory where that does not take them. */
export class DiskCache<T extends Cached> {
  readonly #options: DiskCacheOptions<T>;
  #writtenSincePrune = Number.POSITIVE_INFINITY;
  #pruning: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: DiskCacheOptions<T>) {
    this.#options = options;
  }

  /** The fresh records under `keys`; what stands there and cannot be read is deleted. */
  async get(keys: readonly string[]): Promise<Map<string, T>> {
    if (this.#closed || keys.length === 0) return new Map();
    const { kind, connection, memory } = this.#options;
    const found = memory.get(keys);
    const records = await connection.use((database) => readCached(database, kind.table, keys));
    const wanted = new Set(keys);
    const now = this.#options.now();
    const garbage: string[] = [];
    for (const record of records ?? []) {
      const key = keyOf(record, kind);
      if (key === undefined || !wanted.has(key)) continue;
      const clean = kind.read(record);
      const known = found.get(key);
      if (!clean) garbage.push(key);
      else if (isFresh(clean, kind, now) && !(known && kind.storedAt(known) > kind.storedAt(clean)))
        found.set(key, clean);
    }
    if (garbage.length > 0) void connection.use((database) => deleteCached(database, kind.table, garbage));
    return found;
  }

  /** Remembers clean records, each in place of what its key had. */
  async put(records: readonly T[]): Promise<void> {
    if (this.#closed || records.length === 0) return;
    const { kind, memory, write } = this.#options;
    if (await write((database) => writeCached(database, kind.table, records))) this.#schedulePrune(records.length);
    else memory.put(records);
  }

  /** Stores and finds nothing any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#pruning);
  }

  /** Prunes behind the caller's back, after the first write and then after each tenth of the bound. */
  #schedulePrune(written: number): void {
    const { kind, connection, now, maxRecords } = this.#options;
    this.#writtenSincePrune += written;
    if (this.#closed || this.#pruning !== undefined || this.#writtenSincePrune < maxRecords / 10) return;
    this.#pruning = setTimeout(() => {
      this.#pruning = undefined;
      this.#writtenSincePrune = 0;
      void connection.use((database) => pruneCached(database, kind.table, now(), maxRecords));
    });
  }
}

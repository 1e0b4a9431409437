import { type Cached, type CacheKind, isFresh, keyOf } from "./cache-kind.js";

/** Records of one kind in memory, at most `maxRecords`: beyond that the stale, then the oldest are forgotten. */
export class MemoryCache<T extends Cached> {
  readonly #kind: CacheKind<T>;
  readonly #now: () => number;
  readonly #maxRecords: number;
  /** In the order they came, so that the first is the oldest. */
  readonly #records = new Map<string, T>();

  constructor(kind: CacheKind<T>, now: () => number, maxRecords: number) {
    this.#kind = kind;
    this.#now = now;
    this.#maxRecords = maxRecords;
  }

  /** The fresh records under `keys`. */
  get(keys: readonly string[]): Map<string, T> {
    const now = this.#now();
    const found = new Map<string, T>();
    for (const key of keys) {
      const record = this.#records.get(key);
      if (record && isFresh(record, this.#kind, now)) found.set(key, record);
    }
    return found;
  }

  /** Remembers clean records, each in place of what its key had. */
  put(records: readonly T[]): void {
    for (const record of records) {
      const key = keyOf(record, this.#kind);
      if (key === undefined) continue;
      this.#records.delete(key);
      this.#records.set(key, record);
    }
    if (this.#records.size > this.#maxRecords) this.#prune();
  }

  /** Forgets the records that `isForgotten` says. */
  delete(isForgotten: (record: T) => boolean): void {
    for (const [key, record] of this.#records) if (isForgotten(record)) this.#records.delete(key);
  }

  #prune(): void {
    const now = this.#now();
    this.delete((record) => !isFresh(record, this.#kind, now));
    for (const key of this.#records.keys()) {
      if (this.#records.size <= this.#maxRecords) return;
      this.#records.delete(key);
    }
  }
}

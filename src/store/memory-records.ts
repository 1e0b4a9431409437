import type { RecordKind } from "./record-kind.js";

/** Records of one kind, found by key, wherever they are kept. Takes clean records alone. */
export interface Records<T extends object> {
  /** Every record whose key begins with `prefix`. */
  all(prefix?: string): Promise<T[]>;
  get(key: string): Promise<T | undefined>;
  /** Remembers a record unless what is known under its key is not to be replaced. */
  put(record: T): Promise<void>;
  delete(key: string): Promise<void>;
}

/** {@link Records} in memory. */
export class MemoryRecords<T extends object> implements Records<T> {
  readonly #kind: RecordKind<T>;
  readonly #records = new Map<string, T>();

  constructor(kind: RecordKind<T>) {
    this.#kind = kind;
  }

  async all(prefix = ""): Promise<T[]> {
    return this.held().filter((record) => this.#kind.keyOf(record).startsWith(prefix));
  }

  async get(key: string): Promise<T | undefined> {
    return this.#records.get(key);
  }

  async put(record: T): Promise<void> {
    const key = this.#kind.keyOf(record);
    const known = this.#records.get(key);
    if (!known || this.#kind.replaces(record, known)) this.#records.set(key, record);
  }

  async delete(key: string): Promise<void> {
    this.#records.delete(key);
  }

  /** Everything, at this very moment. */
  held(): T[] {
    return [...this.#records.values()];
  }

  /** Deletes a record unless another took its place. */
  release(record: T): void {
    const key = this.#kind.keyOf(record);
    if (this.#records.get(key) === record) this.#records.delete(key);
  }

  clear(): void {
    this.#records.clear();
  }
}

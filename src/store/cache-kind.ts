import { isJsonObject } from "../encoding/json-object.js";
import type { CachedField } from "../model/manifest/seen-manifest.js";
import type { Reader } from "./reader.js";
import { readField, readReport } from "./record.js";
import type { CachedReport } from "./signature-store.js";

/** What is remembered for a while and may be forgotten at any time. */
export type Cached = CachedReport | CachedField;

/** One kind of {@link Cached}. */
export interface CacheKind<T extends Cached> {
  /** Where it stands in the database. */
  readonly table: "reports" | "fields";
  /** The member that it is found by. */
  readonly keyPath: "cacheKey" | "userId";
  readonly read: Reader<T>;
  /** When it was stored, milliseconds since 1970. */
  readonly storedAt: (record: T) => number;
}

/** Verdicts on signatures. */
export const reportKind: CacheKind<CachedReport> = {
  table: "reports",
  keyPath: "cacheKey",
  read: readReport,
  storedAt: (report) => report.storedAt,
};

/** Profile fields. */
export const fieldKind: CacheKind<CachedField> = {
  table: "fields",
  keyPath: "userId",
  read: readField,
  storedAt: (field) => field.fetchedAt,
};

/** The most profile fields that are remembered. */
export const maxFields = 10_000;

/** What `record` is found by, readable or not. */
export function keyOf(record: unknown, { keyPath }: Pick<CacheKind<never>, "keyPath">): string | undefined {
  const key = isJsonObject(record) ? record[keyPath] : undefined;
  return typeof key === "string" ? key : undefined;
}

/** Whether `record` may be believed at `now`: it was stored by then, and its time is not over. */
export function isFresh<T extends Cached>(record: T, { storedAt }: CacheKind<T>, now: number): boolean {
  return storedAt(record) <= now && now < record.freshUntil;
}

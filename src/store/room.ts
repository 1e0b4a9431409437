import { deleteCached, pruneCached } from "./cache-table.js";
import type { Database } from "./schema.js";

/**
 * When the disk is full the newest quarter of a cache stays. Chromium counts whole pages of about four records, and the
 * oldest records lie all over the file: half of them gone freed so few pages that the next write failed again.
 */
const shareLeft = 0.25;

type Steps = readonly (() => Promise<unknown>)[];

/**
 * What makes room for a cache, each step to be taken where the one before did not suffice.
 *
 * @param now milliseconds since 1970
 */
export function roomForCaches(database: Database, now: number): Steps {
  return [
    () => pruneCached(database, "reports", now, Number.POSITIVE_INFINITY, shareLeft),
    () => pruneCached(database, "fields", now, Number.POSITIVE_INFINITY, shareLeft),
  ];
}

/** What makes room for what must not be lost: both caches go before it does not fit; see {@link roomForCaches}. */
export function roomForData(database: Database, now: number): Steps {
  return [
    ...roomForCaches(database, now).slice(0, 1),
    () => deleteCached(database, "reports"),
    () => deleteCached(database, "fields"),
  ];
}

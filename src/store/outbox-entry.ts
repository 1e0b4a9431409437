import { CountersignError } from "../errors.js";
import { readOutboxEntry } from "./record.js";
import type { OutboxEntry } from "./signature-store.js";

/**
 * A copy that is certain to be readable again: better no than a signature lost in silence.
 *
 * @throws CountersignError `ERR_SIGNATURE_VALUE`
 */
export function checkEntry(entry: OutboxEntry): OutboxEntry {
  const copy = readOutboxEntry(entry);
  if (copy) return copy;
  throw new CountersignError("ERR_SIGNATURE_VALUE", "expected a signature that canonical JSON can hold, within bounds");
}

/** The one added first foremost. */
export function sortEntries(entries: Iterable<OutboxEntry>): OutboxEntry[] {
  return [...entries].sort((a, b) => a.addedAt - b.addedAt);
}

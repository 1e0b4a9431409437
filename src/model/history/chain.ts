import { toHex, utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import { isJsonObject } from "../../encoding/json-object.js";
import { sha256Sync } from "../../encoding/sha256-sync.js";
import type { HistoryEntry, HistoryEvent } from "./history-entry.js";
import { readEntry } from "./read-entry.js";

/** The end of a chain: where the next entry goes. */
export interface ChainHead {
  /** The number of entries, which is the sequence of the next. */
  readonly length: number;
  /** SHA-256 of the last entry, lower-case hexadecimal; of an empty chain, 64 zeros. */
  readonly digest: string;
}

/** The head of an empty chain. */
export const emptyChain: ChainHead = { length: 0, digest: "0".repeat(64) };

/** An entry as it is hashed and exported: its canonical JSON. */
export function entryLine(entry: HistoryEntry): string {
  return canonicalJson(entry);
}

/** SHA-256 of a line, lower-case hexadecimal. */
export function lineDigest(line: string): string {
  return toHex(sha256Sync(utf8(line)));
}

/**
 * The head behind the last entry of a log, as it was stored.
 *
 * Behind one that cannot be read the chain goes on without a link to it: it is broken there, and verifying it says so.
 */
export function headBehind(last: unknown): ChainHead {
  const entry = readEntry(last);
  if (entry) return { length: entry.sequence + 1, digest: lineDigest(entryLine(entry)) };
  const sequence = isJsonObject(last) ? last.sequence : undefined;
  return { ...emptyChain, length: typeof sequence === "number" && Number.isSafeInteger(sequence) ? sequence + 1 : 0 };
}

/** Puts events into a chain behind `head`. */
export function chainEvents(head: ChainHead, events: readonly HistoryEvent[]): HistoryEntry[] {
  let { length, digest } = head;
  return events.map((event) => {
    const entry: HistoryEntry = { ...event, sequence: length, previous: digest };
    length += 1;
    digest = lineDigest(entryLine(entry));
    return entry;
  });
}

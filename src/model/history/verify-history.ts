import { emptyChain, entryLine, lineDigest } from "./chain.js";
import type { HistoryEntry } from "./history-entry.js";
import type { UserHistory } from "./key-history.js";
import { nextEvent } from "./next-event.js";
import { readEntry } from "./read-entry.js";
import { withEvent } from "./user-history.js";

/** The most that is read of a log, in UTF-16 units, and of one line of it. */
const maxLogChars = 1 << 26;
const maxLineChars = 1 << 16;

/**
 * What is wrong with an entry.
 *
 * - `too-large`: the log is longer than 2^26 characters
 * - `malformed`: the line is no entry in canonical JSON
 * - `sequence`: it is not the one that is due
 * - `previous`: the entry before it is not the one that it was written behind
 * - `impossible`: it cannot follow from what the log said of the user before
 */
export type HistoryFault = "too-large" | "malformed" | "sequence" | "previous" | "impossible";

/** What {@link verifyHistory} finds. */
export interface HistoryVerification {
  readonly isIntact: boolean;
  /** The entries, up to the first that does not fit. */
  readonly entries: readonly HistoryEntry[];
  /** What these tell of each user. */
  readonly users: ReadonlyMap<string, UserHistory>;
  /** SHA-256 of the last of them, lower-case hexadecimal: with their number it stands for all. */
  readonly head: string;
  /** Why the entry behind them does not fit; absent where the log is intact. */
  readonly fault?: HistoryFault;
}

/**
 * Whether an exported log is whole: every entry is due, is behind the one that it was written behind, and follows from what the log
 * said before. Never throws for what a stranger wrote.
 *
 * Does not know whether entries are missing at the end, nor whether somebody wrote the whole log anew: compare it with a copy, or
 * with a `head` noted elsewhere. An entry that was changed shows in the one behind it.
 *
 * @param log what `exportHistory` gives: one entry a line; at most 2^26 characters
 */
export function verifyHistory(log: string): HistoryVerification {
  const entries: HistoryEntry[] = [];
  const users = new Map<string, UserHistory>();
  let head = emptyChain.digest;
  const found = (fault?: HistoryFault): HistoryVerification => {
    return { isIntact: fault === undefined, entries, users, head, ...(fault && { fault }) };
  };
  if (log.length > maxLogChars) return found("too-large");
  for (const line of linesOf(log)) {
    const entry = readLine(line);
    if (!entry) return found("malformed");
    if (entry.sequence !== entries.length) return found("sequence");
    if (entry.previous !== head) return found("previous");
    const known = users.get(entry.userId);
    // An entry holds all that was decided upon when it was written, so that the same is decided again.
    if (nextEvent(known, entry)?.kind !== entry.kind) return found("impossible");
    users.set(entry.userId, withEvent(known, entry));
    entries.push(entry);
    head = lineDigest(line);
  }
  return found();
}

function* linesOf(log: string): Generator<string> {
  for (let start = 0; start < log.length; ) {
    const end = log.indexOf("\n", start);
    const behind = end === -1 ? log.length : end;
    yield log.slice(start, behind);
    start = behind + 1;
  }
}

/** What is no canonical JSON, or holds more than is known, does not come out again as it went in. */
function readLine(line: string): HistoryEntry | undefined {
  if (line.length > maxLineChars) return undefined;
  try {
    const entry = readEntry(JSON.parse(line));
    return entry && entryLine(entry) === line ? entry : undefined;
  } catch {
    return undefined;
  }
}

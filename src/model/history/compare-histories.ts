import { pinOf } from "./judge-pin.js";
import type { UserHistory } from "./key-history.js";
import { type HistoryVerification, verifyHistory } from "./verify-history.js";

/** A user of whom two logs do not tell the same. Keys in unpadded base64. */
export interface UserDifference {
  readonly userId: string;
  /** The key that counts in the first log and in the second. */
  readonly firstPin?: string;
  readonly secondPin?: string;
  /** The keys that only the first log knows, and only the second. */
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
}

/** What {@link compareHistories} finds. */
export interface HistoryComparison {
  /**
   * - `same`: word for word
   * - `first-extends`, `second-extends`: that one begins with the whole of the other, and goes on
   * - `diverged`: they begin alike for `common` entries, and go on differently; two devices' logs differ from the first entry on
   * - `broken`: one of the two is not intact, so they say nothing about each other
   */
  readonly relation: "same" | "first-extends" | "second-extends" | "diverged" | "broken";
  /** How many entries both begin with. */
  readonly common: number;
  /** Users whom both logs know, with different keys or another pin; empty where one is broken. */
  readonly users: readonly UserDifference[];
  readonly first: HistoryVerification;
  readonly second: HistoryVerification;
}

/**
 * Compares two exported logs: a copy with what became of it, or those of two devices or people.
 *
 * That one log knows a key which the other does not need be nobody's fault: perhaps one device was away. A server that serves
 * two readers two keys shows here, though. Never throws for what a stranger wrote; see {@link verifyHistory} for its bounds.
 */
export function compareHistories(first: string, second: string): HistoryComparison {
  const [a, b] = [verifyHistory(first), verifyHistory(second)];
  const common = commonLength(a, b);
  const isBroken = !a.isIntact || !b.isIntact;
  const relation = isBroken ? "broken" : relationOf(common, a.entries.length, b.entries.length);
  return { relation, common, users: isBroken ? [] : differences(a, b), first: a, second: b };
}

/** Entries name the one before, so where two entries are the same, all before them are. */
function commonLength(a: HistoryVerification, b: HistoryVerification): number {
  const digests = ({ entries, head }: HistoryVerification): string[] => [
    ...entries.slice(1).map(({ previous }) => previous),
    ...(entries.length > 0 ? [head] : []),
  ];
  const [ofA, ofB] = [digests(a), digests(b)];
  const differing = ofA.findIndex((digest, index) => digest !== ofB[index]);
  return differing === -1 ? ofA.length : differing;
}

function relationOf(common: number, first: number, second: number): HistoryComparison["relation"] {
  if (common < first && common < second) return "diverged";
  if (first === second) return "same";
  return first > second ? "first-extends" : "second-extends";
}

function differences(a: HistoryVerification, b: HistoryVerification): UserDifference[] {
  return [...a.users.values()].flatMap((first) => {
    const second = b.users.get(first.userId);
    return (second && differenceOf(first, second)) ?? [];
  });
}

function differenceOf(first: UserHistory, second: UserHistory): UserDifference | undefined {
  const [firstPin, secondPin] = [pinOf(first)?.masterKey, pinOf(second)?.masterKey];
  const [onlyInFirst, onlyInSecond] = [keysWithout(first, second), keysWithout(second, first)];
  if (firstPin === secondPin && onlyInFirst.length + onlyInSecond.length === 0) return undefined;
  const pins = { ...(firstPin !== undefined && { firstPin }), ...(secondPin !== undefined && { secondPin }) };
  return { userId: first.userId, ...pins, onlyInFirst, onlyInSecond };
}

function keysWithout({ keys }: UserHistory, other: UserHistory): string[] {
  const known = new Set(other.keys.map(({ masterKey }) => masterKey));
  return keys.map(({ masterKey }) => masterKey).filter((masterKey) => !known.has(masterKey));
}

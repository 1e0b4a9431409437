import { compareText } from "../../encoding/compare-text.js";
import type { AnchorScope, TrustPurpose } from "../../model/trust-anchor.js";
import { isUserId } from "../../model/user-id.js";
import { invalidAnchor } from "./invalid-anchor.js";
import { assertMembers, isAmount, listOf } from "./members.js";
import { isExactServerName, readUserPattern, type UserPattern } from "./user-pattern.js";

/** One allow of a scope, ready to be asked. */
interface Allow {
  readonly pattern: UserPattern;
  readonly purposes: readonly TrustPurpose[];
  readonly amount: number;
}

/** A scope, ready to be asked. */
export interface Scope {
  /** The longest first, so that the first that matches decides. */
  readonly allows: readonly Allow[];
  readonly exceptions: readonly UserPattern[];
}

/** What a scope says about one user. */
export type ScopeAnswer =
  | { readonly in: true; readonly pattern: string; readonly amount: number }
  | { readonly in: false; readonly code: "out-of-scope" | "excepted" };

const purposes: readonly TrustPurpose[] = ["identity", "introduce", "events", "server-keys"];

const outOfScope: ScopeAnswer = { in: false, code: "out-of-scope" };
const excepted: ScopeAnswer = { in: false, code: "excepted" };

/**
 * Reads a scope.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID` for an unknown member, a pattern, server or purpose that is none, an amount that is not 1
 *   to 120, or two allows of one pattern
 */
export function readScope(value: AnchorScope): Scope {
  assertMembers(value, ["users", "servers", "except", "purposes"]);
  const given = readPurposes(value.purposes ?? ["identity"]);
  const users = listOf(value.users).map((entry) => readAllow(entry, given));
  const servers = listOf(value.servers).map((server) => {
    if (!isExactServerName(server)) throw invalidAnchor("exact server names in the scope");
    return { pattern: patternOf(`@*:${server}`), purposes: given, amount: 120 };
  });
  const allows = [...users, ...servers].sort((a, b) => compareLength(a.pattern, b.pattern));
  if (allows.some(({ pattern }, index) => pattern.text === allows[index + 1]?.pattern.text)) {
    throw invalidAnchor("each pattern of the scope once");
  }
  return { allows, exceptions: listOf(value.except).map(patternOf) };
}

/** Whether the scope holds `userId` for `purpose`: no exception may match, and of the allows the longest decides. */
export function askScope({ allows, exceptions }: Scope, userId: string, purpose: TrustPurpose): ScopeAnswer {
  const allow = allows.find(({ pattern }) => pattern.matches(userId));
  if (!allow?.purposes.includes(purpose) || !isUserId(userId)) return outOfScope;
  if (exceptions.some((pattern) => pattern.matches(userId))) return excepted;
  return { in: true, pattern: allow.pattern.text, amount: allow.amount };
}

function readAllow(entry: unknown, given: readonly TrustPurpose[]): Allow {
  if (typeof entry === "string") return { pattern: patternOf(entry), purposes: given, amount: 120 };
  const { users, purposes: own, amount = 120 } = assertMembers(entry, ["users", "purposes", "amount"]);
  if (!isAmount(amount)) throw invalidAnchor("amounts from 1 to 120");
  return { pattern: patternOf(users), purposes: own === undefined ? given : readPurposes(own), amount };
}

function patternOf(text: unknown): UserPattern {
  const pattern = readUserPattern(text);
  if (!pattern) throw invalidAnchor("patterns of user IDs in the scope");
  return pattern;
}

function readPurposes(value: unknown): readonly TrustPurpose[] {
  const isPurpose = (entry: unknown): entry is TrustPurpose => purposes.some((known) => known === entry);
  const list = listOf(value);
  if (!list.every(isPurpose)) throw invalidAnchor("known purposes");
  return list;
}

/** The longest first; of equal length in the order of the text, so that what is written first never matters. */
function compareLength(a: UserPattern, b: UserPattern): number {
  return b.text.length - a.text.length || compareText(a.text, b.text);
}

import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { isMilliseconds } from "../../model/milliseconds.js";
import type { PolicyRule, Requirement, TrustPolicy } from "../../model/trust-policy.js";
import { isAmount, isText, listOf } from "../anchors/members.js";
import { readScope, type Scope } from "../anchors/scope.js";

/** A rule as it was checked, ready to be asked. */
export interface ReadRule {
  readonly id: string;
  readonly mode: "enforce" | "warn" | "audit";
  readonly scope: Scope;
  readonly require: Requirement;
}

/** A policy as it was checked, with its defaults. */
export interface ReadPolicy {
  readonly validity: "now" | "signing-time";
  /** Milliseconds. */
  readonly grace: number;
  readonly rules: readonly ReadRule[];
  readonly conferNative: boolean;
}

const maxRules = 1000;
/** A requirement deeper or larger than that is refused when it is read, not when somebody is assessed. */
const maxDepth = 8;
const maxParts = 256;
const modes: readonly unknown[] = ["enforce", "warn", "audit"];

/**
 * Checks a policy.
 *
 * @param anchorIds the anchors that its rules may name
 * @throws CountersignError `ERR_POLICY_INVALID` for another version, a missing or an unknown member, one out of its range, two rules of one
 *   `id`, a rule about an anchor that is none, or one that nothing could satisfy; `ERR_ANCHOR_INVALID` for the scope of a rule
 */
export function readPolicy(policy: TrustPolicy | undefined, anchorIds: ReadonlySet<string>): ReadPolicy {
  if (policy === undefined) return { validity: "now", grace: 0, rules: [], conferNative: false };
  const { version, validity = "now", grace = 0, rules = [], conferNative = false } = policy;
  assertMembers(policy, ["version", "validity", "grace", "rules", "conferNative"]);
  if (version !== 1) throw invalid("version 1");
  if (validity !== "now" && validity !== "signing-time") throw invalid("a known validity");
  if (!isMilliseconds(grace) || typeof conferNative !== "boolean")
    throw invalid("a grace in milliseconds, and true or false");
  if (!Array.isArray(rules) || rules.length > maxRules) throw invalid("a list of rules");
  const read = rules.map((rule) => readRule(rule, anchorIds));
  if (new Set(read.map(({ id }) => id)).size !== read.length) throw invalid("each rule under an id of its own");
  return { validity, grace, rules: read, conferNative };
}

function readRule(rule: PolicyRule, anchorIds: ReadonlySet<string>): ReadRule {
  assertMembers(rule, ["id", "label", "scope", "require", "mode"]);
  const { id, label = "", scope, require, mode = "enforce" } = rule;
  if (!isText(id) || typeof label !== "string" || !modes.includes(mode))
    throw invalid("an id, a label and a known mode");
  assertMembers(scope, ["users", "servers", "except"]);
  if (!listOf(scope.users).every(isText)) throw invalid("patterns of user IDs in the scope of a rule");
  if (countParts(require) > maxParts) throw invalid(`a requirement of at most ${maxParts} parts`);
  assertRequirement(require, anchorIds, maxDepth);
  return { id, mode, scope: readScope(scope), require: structuredClone(require) };
}

function assertRequirement(value: unknown, anchorIds: ReadonlySet<string>, depth: number): void {
  if (!isJsonObject(value) || depth === 0) throw invalid("requirements, one within another at most eight times");
  if (Object.hasOwn(value, "anchor")) {
    assertMembers(value, ["anchor", "amount"]);
    if (!isText(value.anchor) || !anchorIds.has(value.anchor)) throw invalid("rules about anchors that there are");
  } else if (Object.hasOwn(value, "algorithm")) {
    assertMembers(value, ["algorithm", "amount"]);
    if (!isText(value.algorithm)) throw invalid("an algorithm identifier");
  } else if (Object.hasOwn(value, "amount")) {
    assertMembers(value, ["amount"]);
    if (!isMilliseconds(value.amount) || value.amount === 0) throw invalid("an amount");
    return;
  } else {
    assertList(value, anchorIds, depth);
    return;
  }
  if (value.amount !== undefined && !isAmount(value.amount)) throw invalid("amounts from 1 to 120");
}

function assertList(value: JsonObject, anchorIds: ReadonlySet<string>, depth: number): void {
  const isChoice = Object.hasOwn(value, "atLeast");
  assertMembers(value, isChoice ? ["atLeast", "of"] : ["allOf"]);
  const parts: unknown = isChoice ? value.of : value.allOf;
  if (!Array.isArray(parts) || parts.length === 0) throw invalid("a list of requirements");
  for (const part of parts) assertRequirement(part, anchorIds, depth - 1);
  const { atLeast } = value;
  if (isChoice && !(Number.isInteger(atLeast) && Number(atLeast) >= 1 && Number(atLeast) <= parts.length)) {
    throw invalid("atLeast from 1 to the number of requirements");
  }
}

function countParts(value: unknown, depth = 0): number {
  if (!isJsonObject(value) || depth > maxDepth) return 1;
  const parts = [value.of, value.allOf].filter((list) => Array.isArray(list)).flat();
  return parts.reduce((sum: number, part) => sum + countParts(part, depth + 1), 1);
}

/** A member that is not understood could be a limit. */
function assertMembers(value: unknown, known: readonly string[]): void {
  if (!isJsonObject(value) || !Object.keys(value).every((name) => known.includes(name))) {
    throw invalid("objects with their documented members");
  }
}

function invalid(expected: string): CountersignError {
  return new CountersignError("ERR_POLICY_INVALID", `expected ${expected}, got something else`);
}

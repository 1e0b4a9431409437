import { isJsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import type { TrustAnchor } from "../trust-anchor.js";
import type { PolicyRule, TrustDecision, TrustPolicy, TrustSettings } from "../trust-policy.js";

/** The entry of an anchor. */
export const anchorEntry = (id: string): string => `anchor:${id}`;

/** The entry of a rule. */
export const ruleEntry = (id: string): string => `rule:${id}`;

/** What a user decided one way about one key: an accept and a deny of the same key stand beside each other. */
const decisionEntry = ({ decision, masterKey, userId }: TrustDecision): string =>
  `decision:${decision}:${masterKey}:${userId}`;

/**
 * Takes settings apart into the entries that are merged one by one. Order is lost: none of the settings depends on it.
 *
 * Checks that every entry can be told from every other one, and nothing else.
 *
 * @throws CountersignError `ERR_SETTINGS_MALFORMED` (no settings of version 1; two anchors, rules or decisions under one name)
 */
export function entriesOf(settings: TrustSettings): Map<string, unknown> {
  const { version, anchors, policy, decisions = [] } = settings;
  if (version !== 1 || !Array.isArray(anchors) || !Array.isArray(decisions)) throw malformed();
  const { rules = [], version: policyVersion = 1, ...scalars } = policy ?? {};
  if (policyVersion !== 1 || !Array.isArray(rules)) throw malformed();
  const entries = new Map<string, unknown>();
  const add = (key: string, value: unknown): void => {
    if (entries.has(key)) throw malformed();
    entries.set(key, value);
  };
  for (const anchor of anchors) add(anchorEntry(idOf(anchor)), anchor);
  for (const rule of rules) add(ruleEntry(idOf(rule)), rule);
  for (const decision of decisions) add(decisionEntry(decision), decision);
  for (const [name, value] of Object.entries(scalars)) if (value !== undefined) add(`policy:${name}`, value);
  return entries;
}

/** The settings that these entries make, ordered by entry. A policy is there where it says anything. */
export function settingsOf(entries: ReadonlyMap<string, unknown>): TrustSettings {
  const names = [...entries.keys()].sort();
  const under = (prefix: string): [string, unknown][] =>
    names.filter((name) => name.startsWith(prefix)).map((name) => [name.slice(prefix.length), entries.get(name)]);
  const list = <T>(prefix: string): T[] => under(prefix).map(([, value]) => value as T);
  const [rules, scalars, decisions] = [list<PolicyRule>("rule:"), under("policy:"), list<TrustDecision>("decision:")];
  const policy: TrustPolicy = { ...Object.fromEntries(scalars), version: 1, ...(rules.length > 0 && { rules }) };
  return {
    version: 1,
    anchors: list<TrustAnchor>("anchor:"),
    ...(rules.length + scalars.length > 0 && { policy }),
    ...(decisions.length > 0 && { decisions }),
  };
}

function idOf(named: unknown): string {
  if (!isJsonObject(named) || typeof named.id !== "string") throw malformed();
  return named.id;
}

function malformed(): CountersignError {
  return new CountersignError("ERR_SETTINGS_MALFORMED", "expected trust settings of version 1, each name once");
}

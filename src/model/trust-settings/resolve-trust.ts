import { canonicalJson } from "../../encoding/canonical-json.js";
import type { JsonObject } from "../../encoding/json-object.js";
import type { TrustSettings } from "../trust-policy.js";
import { withoutGoneAnchors } from "./gone-anchors.js";
import { anchorEntry, settingsOf } from "./settings-entries.js";
import type { TrustDocument, TrustVersion } from "./trust-document.js";

/** Two or more devices changed one entry without knowing of each other: nothing is lost until the user settles it. */
export interface TrustConflict {
  /** `anchor:<id>`, `rule:<id>`, `policy:<option>` or `decision:<accept or deny>:<master key>:<user ID>`. */
  readonly entry: string;
  /** What each device wrote, the last one last. */
  readonly versions: readonly TrustVersion[];
}

/** A document as it is acted upon. */
export interface ResolvedTrust {
  /** Raised by every change; 0 where nobody ever changed anything. */
  readonly revision: number;
  readonly settings: TrustSettings;
  readonly conflicts: readonly TrustConflict[];
}

/**
 * What counts of a document. Where versions stand beside each other the rule is the one that trusts less:
 *
 * - an anchor that was removed is gone; one that was changed in two ways stands there with `notAfter: 0`, so it counts for nothing until
 *   the conflict is settled, and every version that is `exclusive` still keeps all others from its users, those before the last under its ID
 *   with `~` and the name of the replica; where the labels alone differ, the last one counts
 * - of a rule every version applies, the others under its ID with `~` and the name of the replica; a removal beside a change counts for nothing
 * - a rule about an anchor that is gone can be satisfied by others alone, if at all, and is listed as a conflict
 * - a deny stays, an accept goes
 * - of the policy's options the strictest counts
 *
 * Versions that say the same are no conflict. Does not check what the settings say.
 */
export function resolveTrust({ revision, entries }: TrustDocument): ResolvedTrust {
  const settled = new Map<string, unknown>();
  const conflicts = new Map<string, TrustConflict>();
  const settle = (entry: string, versions: readonly TrustVersion[]): void => {
    const distinct = distinctVersions(versions);
    if (distinct.length > 1) conflicts.set(entry, { entry, versions });
    for (const [key, value] of countsOf(entry, distinct)) {
      const counting = entry.startsWith("rule:") ? withoutGoneAnchors(value, isThere) : value;
      if (counting !== value) conflicts.set(entry, { entry, versions });
      if (counting !== undefined) settled.set(key, counting);
    }
  };
  const isThere = (anchorId: unknown): boolean => settled.has(anchorEntry(String(anchorId)));
  // Anchors come first in this order: rules name them.
  for (const entry of [...entries.keys()].sort()) settle(entry, entries.get(entry) ?? []);
  return { revision, settings: settingsOf(settled), conflicts: [...conflicts.values()] };
}

/** Of those that say the same, the last one. */
function distinctVersions(versions: readonly TrustVersion[]): readonly TrustVersion[] {
  const bySaying = new Map(versions.map((version) => [canonicalJson(version.value ?? null), version]));
  return versions.filter((version) => bySaying.get(canonicalJson(version.value ?? null)) === version);
}

/** The entries that count of one with these versions, by name. */
export function countsOf(entry: string, versions: readonly TrustVersion[]): readonly [string, unknown][] {
  const last = versions.at(-1);
  if (versions.length === 1 && last) return [[entry, last.value]];
  if (entry.startsWith("anchor:")) return anchorsThatCount(entry, versions);
  if (entry.startsWith("rule:")) return rulesThatCount(entry, versions);
  if (entry.startsWith("decision:deny:")) return [[entry, pick(versions, (deny) => deny !== undefined, isActive)]];
  if (entry.startsWith("decision:")) return [[entry, pick(versions, (accept) => accept === undefined, isWithdrawn)]];
  return [[entry, strictest(entry, versions)]];
}

function anchorsThatCount(entry: string, versions: readonly TrustVersion[]): readonly [string, unknown][] {
  const values = versions.map(({ value }) => value as JsonObject | undefined);
  if (values.includes(undefined)) return [[entry, undefined]];
  const sayings = new Set(values.map((value) => canonicalJson({ ...value, label: null })));
  if (sayings.size === 1) return [[entry, values.at(-1)]];
  const exclusive = versions.filter(({ value }) => (value as JsonObject).exclusive === true);
  return besideEachOther(entry, exclusive.length > 0 ? exclusive : versions.slice(-1), { notAfter: 0 });
}

function rulesThatCount(entry: string, versions: readonly TrustVersion[]): readonly [string, unknown][] {
  return besideEachOther(
    entry,
    versions.filter(({ value }) => value !== undefined),
  );
}

/** The last one under the entry's own name, those before under theirs who wrote them; with `more`. */
function besideEachOther(
  entry: string,
  versions: readonly TrustVersion[],
  more: JsonObject = {},
): readonly [string, unknown][] {
  return versions.map(({ value, replica }, index) => {
    const named = { ...(value as JsonObject), ...more };
    return index === versions.length - 1
      ? [entry, named]
      : [`${entry}~${replica}`, { ...named, id: `${named.id}~${replica}` }];
  });
}

/** The last of those that satisfy the wishes, of which the first is the greatest. */
function pick(versions: readonly TrustVersion[], ...wishes: readonly ((value: unknown) => boolean)[]): unknown {
  let left = versions.map(({ value }) => value);
  for (const wish of wishes) left = left.some(wish) ? left.filter(wish) : left;
  return left.at(-1);
}

function isWithdrawn(decision: unknown): boolean {
  return decision !== undefined && (decision as JsonObject).withdrawnAt !== undefined;
}

const isActive = (decision: unknown): boolean => !isWithdrawn(decision);

/** An option that is absent is at its strictest. */
function strictest(entry: string, versions: readonly TrustVersion[]): unknown {
  const values = versions.map(({ value }) => value);
  if (values.includes(undefined)) return undefined;
  if (entry === "policy:grace") return Math.min(...values.map(Number));
  return pick(versions, (value) => value === "now" || value === false);
}

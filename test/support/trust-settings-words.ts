import type { TrustAnchor } from "../../src/model/trust-anchor.js";
import type { TrustDecision, TrustPolicy } from "../../src/model/trust-policy.js";
import { type AnchorWords, type DecisionWords, servedKey, type TrustTable } from "./trust-case.js";
import { algorithmOf, fingerprintOf, type Keys, keyHashOf, subjectOf } from "./trust-keys.js";
import { durationOf, rawKeyOf, timeOf } from "./trust-words.js";

/** An anchor of a table by its name, or one that the case describes. */
export function anchorOf(
  table: Pick<TrustTable, "keys" | "anchors">,
  given: string | AnchorWords,
  id = "",
): TrustAnchor {
  if (typeof given === "string") {
    const named = Object.hasOwn(table.anchors, given) ? table.anchors[given] : undefined;
    if (!named) throw new Error(`no such anchor in this table: ${given}`);
    return anchorOf(table, named, given);
  }
  const { like, ...changes } = given;
  if (like === undefined) return plainAnchor(table.keys, { id, ...changes });
  return anchorOf(table, { ...table.anchors[like], ...changes }, like);
}

/** From the words of the tables to what the settings hold. */
function plainAnchor(keys: Keys, words: Readonly<Record<string, unknown>>): TrustAnchor {
  // What remains is for the code under test to read, whatever it is.
  const { key, named, authority, notBefore, notAfter, maxAge, directory, ...rest } = words;
  const name = String(key ?? authority ?? Object.keys(named ?? {})[0]);
  const namedKeys = Object.entries((named ?? {}) as Record<string, string[]>);
  return {
    algorithm: algorithmOf(keys, name),
    ...rest,
    key:
      typeof key === "string"
        ? fingerprintOf(keys, name)
        : authority !== undefined
          ? { spki: keyHashOf(keys, name), subject: subjectOf(keys, name) }
          : namedKeys.map(([one, names]) => ({ key: fingerprintOf(keys, one), names })),
    ...(notBefore !== undefined && { notBefore: timeOf(String(notBefore)) }),
    ...(notAfter !== undefined && { notAfter: timeOf(String(notAfter)) }),
    ...(maxAge !== undefined && { maxAge: durationOf(String(maxAge)) }),
    ...(directory !== undefined && { directory: directoryOf(keys, directory) }),
  } as unknown as TrustAnchor;
}

function directoryOf(keys: Keys, entries: unknown): unknown[] {
  return (entries as { attribute: string; value: string }[]).map((entry) =>
    entry.attribute === "fingerprint" ? { ...entry, value: fingerprintOf(keys, entry.value) } : entry,
  );
}

/** The policy of a case. */
export function policyOf({ grace, ...words }: Readonly<Record<string, unknown>>): TrustPolicy {
  return { version: 1, ...words, ...(grace !== undefined && { grace: durationOf(String(grace)) }) };
}

/** A decision of a case, about the key that is served where it does not say. */
export function decisionOf({ decision, on = servedKey, of, at, ...more }: DecisionWords, user: string): TrustDecision {
  const withdrawn = more["taken back"];
  return {
    userId: of ?? user,
    masterKey: rawKeyOf(on),
    decision,
    decidedAt: timeOf(at),
    ...(withdrawn !== undefined && { withdrawnAt: timeOf(withdrawn) }),
  };
}

import { compareCodePoints } from "../../encoding/canonical-json.js";
import type { TrustDocument, TrustVersion } from "./trust-document.js";

/**
 * Everything that either document holds, except what the other one knows to be replaced.
 *
 * Commutative, associative and idempotent: devices that have seen the same writings hold the same document, in whatever order they
 * came. A version is dropped only by one who had seen it, so an older device brings nothing back and loses nothing. Does not decide
 * between versions that stand beside each other: see `resolveTrust`.
 */
export function mergeTrust(a: TrustDocument, b: TrustDocument): TrustDocument {
  const seen = new Map(a.seen);
  for (const [replica, revision] of b.seen) seen.set(replica, Math.max(revision, seen.get(replica) ?? 0));
  const entries = new Map<string, readonly TrustVersion[]>();
  for (const key of new Set([...a.entries.keys(), ...b.entries.keys()])) {
    const [ofA, ofB] = [a.entries.get(key) ?? [], b.entries.get(key) ?? []];
    entries.set(key, sorted([...ofA.filter(standsBeside(ofB, b)), ...ofB.filter(isNewTo(a))]));
  }
  return { revision: Math.max(a.revision, b.revision), seen, entries };
}

/** What the other side holds too, or never heard of. */
function standsBeside(others: readonly TrustVersion[], other: TrustDocument): (version: TrustVersion) => boolean {
  const isNew = isNewTo(other);
  return (version) => isNew(version) || others.some((one) => compareVersions(one, version) === 0);
}

function isNewTo({ seen }: TrustDocument): (version: TrustVersion) => boolean {
  return ({ replica, revision }) => (seen.get(replica) ?? 0) < revision;
}

function sorted(versions: readonly TrustVersion[]): readonly TrustVersion[] {
  return [...versions].sort(compareVersions);
}

/** The later revision last; of equal ones, the greater replica. */
export function compareVersions(a: TrustVersion, b: TrustVersion): number {
  return a.revision - b.revision || compareCodePoints(a.replica, b.replica);
}

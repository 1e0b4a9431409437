import type { IdentityProblem } from "../identity.js";
import type { ApprovedManifest, KnownManifest, ServedManifest } from "./known-manifest.js";

/** What there is to compare. */
export interface ManifestComparison {
  readonly served: readonly ServedManifest[];
  /** What was remembered for this master key. */
  readonly seen: readonly ApprovedManifest[];
  /** All approved manifests, served or remembered. */
  readonly approved: readonly ApprovedManifest[];
  /** The highest of them by each key. */
  readonly standing: readonly ApprovedManifest[];
  /** The owner's keys as they are served now, the master key first. */
  readonly approvers: readonly string[];
  /** Whether a place was asked that a server or a room answers for. */
  readonly isAsked: boolean;
}

/**
 * What comparing the copies of a manifest with each other and with what was seen before brings up: copies that are older,
 * differ, lost or gained something.
 */
export function compareManifests(comparison: ManifestComparison): IdentityProblem[] {
  const checks: readonly (readonly [IdentityProblem, boolean])[] = [
    ["manifest-unapproved", comparison.served.some(({ isBroken, copy }) => isBroken && copy.ownerIsMember)],
    ["manifest-rolled-back", isRolledBack(comparison)],
    ["manifest-outdated-copy", hasOutdatedCopy(comparison)],
    ["manifest-conflict", hasConflict(comparison)],
    ["manifest-dropped", differs(comparison, lacks)],
    ["manifest-added", differs(comparison, (copy, approved) => lacks(approved, copy))],
  ];
  return checks.flatMap(([problem, isThere]) => (isThere ? [problem] : []));
}

/**
 * Whether something remembered is gone without anything newer by a key that may replace it: the same key, the master key, or,
 * where the owner has another self-signing key now, any key of today.
 */
function isRolledBack({ served, seen, approved, approvers, isAsked }: ManifestComparison): boolean {
  if (!isAsked) return false;
  const servedIds = new Set(served.map(({ id }) => id));
  const servedNow = approved.filter(({ id }) => servedIds.has(id));
  const replaces = (other: ApprovedManifest, one: ApprovedManifest): boolean =>
    other.manifest.sequence >= one.manifest.sequence &&
    (other.approvedBy === one.approvedBy || other.approvedBy === approvers[0] || !approvers.includes(one.approvedBy));
  return seen.some((one) => !servedNow.some((other) => replaces(other, one)));
}

/** A bundle is as old as it is, and whoever left a room cannot write there: neither is called outdated. */
function hasOutdatedCopy({ served, approved }: ManifestComparison): boolean {
  const approvedIds = new Set(approved.map(({ id }) => id));
  const living = served.filter(({ copy }) => copy.place !== "bundle" && copy.ownerIsMember);
  const telling = [...living, ...served.filter(({ id }) => approvedIds.has(id))];
  const highest = Math.max(...telling.map(({ manifest }) => manifest.sequence));
  return living.some(({ manifest }) => manifest.sequence < highest);
}

function hasConflict({ standing }: ManifestComparison): boolean {
  return standing.some((one) => standing.some(({ approvedBy, id }) => approvedBy === one.approvedBy && id !== one.id));
}

/** Whether an unapproved copy differs in this way from an approved manifest of the same sequence. */
function differs(
  { served, approved }: ManifestComparison,
  isDifferent: (copy: KnownManifest, approved: KnownManifest) => boolean,
): boolean {
  const approvedIds = new Set(approved.map(({ id }) => id));
  return served.some(
    (one) =>
      one.copy.ownerIsMember &&
      !approvedIds.has(one.id) &&
      approved.some((other) => other.manifest.sequence === one.manifest.sequence && isDifferent(one, other)),
  );
}

/** Whether `other` holds a signature or a withdrawal that `one` does not. */
function lacks(one: KnownManifest, other: KnownManifest): boolean {
  const held = new Set(entriesOf(one));
  return entriesOf(other).some((entry) => !held.has(entry));
}

function entriesOf({ identities, manifest }: KnownManifest): string[] {
  return [...identities, ...manifest.withdrawn.map(({ key, value = "" }) => `${key} ${value}`)];
}

import type { IdentityWithdrawal } from "../identity.js";
import type { ApprovedManifest, ServedManifest } from "./known-manifest.js";
import type { Withdrawal } from "./manifest.js";

/** A manifest whose withdrawals count. */
export interface CountingManifest {
  /** What {@link IdentityWithdrawal} names it. */
  readonly id: string;
  readonly withdrawn: readonly Withdrawal[];
  /** What its withdrawals of whole keys do not take back, by `signatureIdentity`. */
  readonly spared: ReadonlySet<string>;
}

/**
 * The approved manifests that stand: of each approving key the highest, several where they are in conflict.
 *
 * What the master key approved outranks: it does away with what other keys approved before it, and only the master key does away
 * with it. Where manifests of several keys stand, all count, so a stolen self-signing key gives nothing back.
 */
export function standingManifests(approved: readonly ApprovedManifest[], masterKey: string): ApprovedManifest[] {
  const highest = new Map<string, number>();
  for (const { approvedBy, manifest } of approved) {
    highest.set(approvedBy, Math.max(highest.get(approvedBy) ?? 0, manifest.sequence));
  }
  const byMasterKey = highest.get(masterKey) ?? 0;
  return approved.filter(
    ({ approvedBy, manifest: { sequence } }) => sequence === highest.get(approvedBy) && sequence >= byMasterKey,
  );
}

/**
 * The manifests whose withdrawals count: those that stand, and what profile or room serve unapproved, whatever its sequence,
 * since its writer may have had no key at hand. An unapproved one spares what standing manifests of a higher sequence hold, too:
 * that is the owner's later word.
 */
export function countingManifests(
  served: readonly ServedManifest[],
  approved: readonly ApprovedManifest[],
  standing: readonly ApprovedManifest[],
): CountingManifest[] {
  const approvedIds = new Set(approved.map(({ id }) => id));
  const unapproved = served.filter(({ id, copy }) => !approvedIds.has(id) && copy.place !== "bundle");
  const counting = [
    ...standing.map(({ id, manifest, identities }) => ({ id, withdrawn: manifest.withdrawn, spared: identities })),
    ...unapproved.map(({ id, manifest: { sequence, withdrawn }, identities }) => {
      const later = standing.filter(({ manifest }) => manifest.sequence > sequence);
      return {
        id,
        withdrawn,
        spared: new Set([identities, ...later.map((one) => one.identities)].flatMap((one) => [...one])),
      };
    }),
  ];
  return [...new Map(counting.map((one) => [one.id, one])).values()];
}

/** The manifests that hold, or spare, a signature, by `signatureIdentity`. */
export function holdersOf(counting: readonly CountingManifest[]): Map<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const { id, spared } of counting) {
    for (const identity of spared) {
      const ids = holders.get(identity);
      if (ids) ids.push(id);
      else holders.set(identity, [id]);
    }
  }
  return holders;
}

/** What the manifests take back, each entry once a manifest. */
export function withdrawnBy(counting: readonly CountingManifest[]): IdentityWithdrawal[] {
  return counting.flatMap(({ id, withdrawn }) => {
    const distinct = new Map(withdrawn.map((entry) => [`${entry.key} ${entry.value ?? ""}`, entry]));
    return [...distinct.values()].map((entry) => ({ ...entry, manifest: id }));
  });
}

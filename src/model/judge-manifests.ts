import { compareManifests } from "./compare-manifests.js";
import type { ExternalSignature } from "./external-signature.js";
import type { IdentityProblem, IdentityWithdrawal, Place } from "./identity.js";
import {
  type ApprovedManifest,
  type ManifestCopy,
  readCopy,
  readRemembered,
  type ServedManifest,
} from "./known-manifest.js";
import { approversOf, type ManifestOwner } from "./manifest-approval.js";
import { signatureIdentity } from "./same-signature.js";
import type { SeenManifest } from "./seen-manifest.js";

export type { ManifestCopy } from "./known-manifest.js";

/** Everything that is known about one owner's manifests. */
export interface ManifestEvidence {
  readonly copies: readonly ManifestCopy[];
  /** What this reader has seen before; entries of other users and for other master keys are ignored. */
  readonly remembered: readonly SeenManifest[];
  readonly owner: ManifestOwner;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** An external signature in one copy of a manifest. */
export interface JudgedSignature {
  readonly signature: ExternalSignature;
  readonly place: Place;
  readonly roomId?: string;
  /** Every manifest that counts and holds it, as {@link IdentityWithdrawal} names them. */
  readonly manifests: readonly string[];
}

/** What an owner's manifests say, all of them together. */
export interface JudgedManifests {
  readonly signatures: readonly JudgedSignature[];
  readonly withdrawn: readonly IdentityWithdrawal[];
  /** Each at most once. */
  readonly problems: readonly IdentityProblem[];
  /** Approved manifests that were not remembered yet and should be. */
  readonly remember: readonly SeenManifest[];
  /** Whether a joined owner's manifest is served, and nothing newer was seen: no other place has to be asked. */
  readonly isCurrent: boolean;
  /** The manifests that count and hold a signature, by {@link signatureIdentity}. */
  readonly holders: ReadonlyMap<string, readonly string[]>;
}

/**
 * Judges all that is known of one owner's manifests under the rules of PROTOCOL, "The owner's manifest".
 *
 * - Approval covers what a manifest says, wherever the approval was seen: a copy that lost it in one place is approved by the
 *   copy that kept it in another, or by the one remembered.
 * - The highest manifest of each approving key stands. What the master key approved outranks: it does away with what other keys
 *   approved before it, and only the master key does away with it. Where manifests of several keys stand, the withdrawals of all
 *   count: a stolen self-signing key gives nothing back.
 * - What an unapproved copy takes back counts while profile or room serves it, whatever its sequence, since its writer may have
 *   had no key at hand. But it spares what standing manifests of a higher sequence hold: those are the owner's later word.
 * - Of owners who left a room, a copy there counts for withdrawals alone, and tells of no problem that its owner cannot mend.
 *
 * Every external signature of every other copy is returned, old or new, approved or not: each stands or falls by its own
 * verification, which is not done here. No I/O.
 */
export async function judgeManifests({ copies, remembered, owner, now }: ManifestEvidence): Promise<JudgedManifests> {
  const problems = new Set<IdentityProblem>();
  const approvers = await approversOf(owner);
  const [served, seen] = await Promise.all([
    Promise.all(copies.map((copy) => readCopy(copy, owner, approvers, now, problems))).then((read) => read.flat()),
    Promise.all(remembered.map((one) => readRemembered(one, owner))).then((read) => read.flat()),
  ]);
  const masterKey = `ed25519:${owner.masterKey.publicKey}`;
  const approved = [
    ...seen,
    ...served.flatMap(({ approvedBy, ...one }) => (approvedBy ? [{ ...one, approvedBy }] : [])),
  ];
  const standing = standingOf(approved, masterKey);
  const isAsked = copies.some(({ place }) => place !== "bundle");
  for (const problem of compareManifests({ served, seen, approved, standing, approvers, isAsked }))
    problems.add(problem);
  const counting = countingOf(served, approved, standing);
  const holders = holdersOf(counting);
  return {
    signatures: served.flatMap((one) => signaturesOf(one, holders)),
    withdrawn: withdrawnOf(counting),
    problems: [...problems],
    remember: worthRemembering(served, seen, standing, { owner, masterKey, now }),
    isCurrent: !problems.has("manifest-rolled-back") && served.some((one) => isNewest(one, standing)),
    holders,
  };
}

/** The manifests that count and hold this signature, wherever it was found: what `SeenSignature.heldBy` is. */
export function heldBy(signature: ExternalSignature, { holders }: JudgedManifests): readonly string[] {
  const identity = signatureIdentity(signature);
  return (identity !== undefined && holders.get(identity)) || [];
}

function standingOf(approved: readonly ApprovedManifest[], masterKey: string): ApprovedManifest[] {
  const highest = new Map<string, number>();
  for (const { approvedBy, manifest } of approved) {
    highest.set(approvedBy, Math.max(highest.get(approvedBy) ?? 0, manifest.sequence));
  }
  const byMasterKey = highest.get(masterKey) ?? 0;
  return approved.filter(
    ({ approvedBy, manifest: { sequence } }) => sequence === highest.get(approvedBy) && sequence >= byMasterKey,
  );
}

/** A manifest whose withdrawals count, with the signatures that its withdrawals of whole keys spare. */
interface CountingManifest {
  readonly id: string;
  readonly withdrawn: ApprovedManifest["manifest"]["withdrawn"];
  readonly spared: readonly ExternalSignature[];
}

function countingOf(
  served: readonly ServedManifest[],
  approved: readonly ApprovedManifest[],
  standing: readonly ApprovedManifest[],
): CountingManifest[] {
  const approvedIds = new Set(approved.map(({ id }) => id));
  const unapproved = served.filter(({ id, copy }) => !approvedIds.has(id) && copy.place !== "bundle");
  const counting = [
    ...standing.map(({ id, manifest }) => ({ id, withdrawn: manifest.withdrawn, spared: manifest.external })),
    ...unapproved.map(({ id, manifest: { sequence, external, withdrawn } }) => {
      const later = standing.filter(({ manifest }) => manifest.sequence > sequence);
      return { id, withdrawn, spared: [...external, ...later.flatMap(({ manifest }) => manifest.external)] };
    }),
  ];
  return [...new Map(counting.map((one) => [one.id, one])).values()];
}

function holdersOf(counting: readonly CountingManifest[]): Map<string, string[]> {
  const holders = new Map<string, string[]>();
  for (const { id, spared } of counting) {
    for (const identity of new Set(spared.map(signatureIdentity))) {
      if (identity === undefined) continue;
      const ids = holders.get(identity);
      if (ids) ids.push(id);
      else holders.set(identity, [id]);
    }
  }
  return holders;
}

function signaturesOf(
  { manifest, copy: { place, roomId, ownerIsMember } }: ServedManifest,
  holders: ReadonlyMap<string, readonly string[]>,
): JudgedSignature[] {
  if (!ownerIsMember) return [];
  return manifest.external.map((signature) => {
    const identity = signatureIdentity(signature);
    const manifests = (identity !== undefined && holders.get(identity)) || [];
    return { signature, place, ...(roomId !== undefined && { roomId }), manifests };
  });
}

function withdrawnOf(counting: readonly CountingManifest[]): IdentityWithdrawal[] {
  return counting.flatMap(({ id, withdrawn }) => {
    const distinct = new Map(withdrawn.map((entry) => [`${entry.key} ${entry.value ?? ""}`, entry]));
    return [...distinct.values()].map((entry) => ({ ...entry, manifest: id }));
  });
}

function worthRemembering(
  served: readonly ServedManifest[],
  seen: readonly ApprovedManifest[],
  standing: readonly ApprovedManifest[],
  { owner, masterKey, now }: { readonly owner: ManifestOwner; readonly masterKey: string; readonly now: number },
): SeenManifest[] {
  const nameOf = ({ id, approvedBy }: { readonly id: string; readonly approvedBy?: string }): string =>
    `${approvedBy} ${id}`;
  const known = new Set(seen.map(nameOf));
  const standingNames = new Set(standing.map(nameOf));
  const fresh = new Map<string, SeenManifest>();
  for (const one of served) {
    const { id, approvedBy, manifest, content } = one;
    const name = nameOf(one);
    if (approvedBy === undefined || known.has(name) || !standingNames.has(name)) continue;
    const { userId } = owner;
    const { sequence } = manifest;
    fresh.set(name, { userId, masterKey, approvedBy, sequence, digest: id, manifest: content, seenAt: now });
  }
  return [...fresh.values()];
}

function isNewest({ manifest, copy }: ServedManifest, standing: readonly ApprovedManifest[]): boolean {
  return copy.ownerIsMember && standing.every((other) => other.manifest.sequence <= manifest.sequence);
}

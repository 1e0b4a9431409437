import type { ExternalSignature } from "../external-signature.js";
import type { IdentityProblem, IdentityWithdrawal, Place } from "../identity.js";
import { signatureIdentity } from "../same-signature.js";
import { compareManifests } from "./compare-manifests.js";
import { countingManifests, holdersOf, standingManifests, withdrawnBy } from "./counting-manifests.js";
import {
  type ApprovedManifest,
  type ManifestCopy,
  readCopies,
  readRemembered,
  type ServedManifest,
} from "./known-manifest.js";
import { approvedPart, approversOf, type ManifestOwner } from "./manifest-approval.js";
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
  /** Whether a server or room of a joined owner serves a manifest, and nothing newer was seen: no other has to be asked. */
  readonly isCurrent: boolean;
  /** The manifests that count and hold a signature, by {@link signatureIdentity}. */
  readonly holders: ReadonlyMap<string, readonly string[]>;
}

/**
 * Judges all that is known of one owner's manifests under the rules of PROTOCOL, "The owner's manifest".
 *
 * - Approval covers what a manifest says, wherever the approval was seen: a copy that lost it in one place is approved by the
 *   copy that kept it in another, or by the one remembered.
 * - The highest manifest of each approving key stands, and the withdrawals of all that stand count: see `standingManifests`.
 * - What unapproved copies take back counts while profile or room serves them: see `countingManifests`.
 * - Of owners who left a room, a copy there counts for withdrawals alone, and tells of no problem that its owner cannot mend.
 *
 * Every external signature of every other copy is returned, old or new, approved or not: each stands or falls by its own
 * verification, which is not done here. No I/O.
 */
export async function judgeManifests({ copies, remembered, owner, now }: ManifestEvidence): Promise<JudgedManifests> {
  const problems = new Set<IdentityProblem>();
  const approvers = await approversOf(owner);
  const [served, seen] = await Promise.all([
    readCopies(copies, { owner, approvers, now }, problems),
    Promise.all(remembered.map((one) => readRemembered(one, owner))).then((read) => read.flat()),
  ]);
  const masterKey = `ed25519:${owner.masterKey.publicKey}`;
  const approved = [
    ...seen,
    ...served.flatMap(({ approvedBy, ...one }) => (approvedBy ? [{ ...one, approvedBy }] : [])),
  ];
  const standing = standingManifests(approved, masterKey);
  const isAsked = copies.some(({ place }) => place !== "bundle");
  for (const problem of compareManifests({ served, seen, approved, standing, approvers, isAsked }))
    problems.add(problem);
  const counting = countingManifests(served, approved, standing);
  const holders = holdersOf(counting);
  return {
    signatures: served.flatMap((one) => signaturesOf(one, holders)),
    withdrawn: withdrawnBy(counting),
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
    const names = { userId, masterKey, approvedBy, sequence, digest: id, seenAt: now };
    fresh.set(name, { ...names, manifest: approvedPart(content, userId, approvedBy) });
  }
  return [...fresh.values()];
}

function isNewest({ manifest, copy }: ServedManifest, standing: readonly ApprovedManifest[]): boolean {
  if (!copy.ownerIsMember || copy.place === "bundle") return false;
  return standing.every((other) => other.manifest.sequence <= manifest.sequence);
}

import type { TrustHop } from "../model/assessment.js";
import type { SignatureReport } from "../model/report.js";
import type { ReadAnchor } from "./anchors/read-anchors.js";

/**
 * How the signer of a report stands under an anchor: by which way, and whether that way lets them speak for the user. Nothing in it
 * says that the signature counts.
 */
export interface Standing {
  readonly anchor: ReadAnchor;
  /** Why the signer may not speak for the user by this way; undefined where they may. */
  readonly hindrance: "not-named" | "too-deep" | undefined;
  /** Whether the anchor's own key signed. */
  readonly isOwnKey: boolean;
  /** What the way is worth: 1 to 120. */
  readonly amount: number;
  /** From the anchor's key, which is not among them, to the key that signed. */
  readonly hops: readonly TrustHop[];
  /** When the way begins and ends, milliseconds since 1970; zero and infinity where it has no times of its own. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Everything that is the anchor's own key: hash, fingerprint. */
  readonly anchorKeys: readonly string[];
  /** Everything between the anchor's key and the signature, the signing key included. */
  readonly below: readonly string[];
  /** Everything above the anchor's key, by any way that there is. */
  readonly above: readonly string[];
}

/** A way by which signers stand under anchors. */
export type StandingFinder = (report: SignatureReport, userId: string) => readonly Standing[];

/** All names of the key that signed. */
export function signerKeys({ signer }: SignatureReport): string[] {
  if (!signer) return [];
  const { keyHash, primaryKeyHash, fingerprint } = signer;
  return [...(primaryKeyHash === undefined ? [] : [primaryKeyHash]), keyHash, fingerprint];
}

/** Of several ways under one anchor the one that lets the signer speak, is worth most and lasts longest. */
export function bestOfEachAnchor(standings: readonly Standing[], at: number): readonly Standing[] {
  const current = standings.filter(({ validFrom, validUntil }) => validFrom <= at && at < validUntil);
  if (current.length < 2) return current;
  const byAnchor = new Map<string, Standing>();
  for (const standing of current) {
    const known = byAnchor.get(standing.anchor.id);
    if (!known || isBetter(standing, known)) byAnchor.set(standing.anchor.id, standing);
  }
  return [...byAnchor.values()].sort((a, b) => (a.anchor.id < b.anchor.id ? -1 : 1));
}

function isBetter(a: Standing, b: Standing): boolean {
  if (!a.hindrance !== !b.hindrance) return !a.hindrance;
  if (a.isOwnKey !== b.isOwnKey) return a.isOwnKey;
  if (a.amount !== b.amount) return a.amount > b.amount;
  if (a.validUntil !== b.validUntil) return a.validUntil > b.validUntil;
  return a.below.join() < b.below.join();
}

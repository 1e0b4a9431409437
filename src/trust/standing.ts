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

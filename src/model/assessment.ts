import type { IdentityProblem } from "./identity.js";
import type { ReportCode, SignatureReport } from "./report.js";

/**
 * How far an identity is to be trusted.
 *
 * - `trusted`: trust anchors that may speak for this user vouch for this very master key, as the policy asks
 * - `rejected`: a deny, a revocation, a withdrawal, or a key known as superseded
 * - `changed`: another key than the one seen before, and nobody has signed the new one since
 * - `unproven`: all else
 */
export type TrustLevel = "trusted" | "unproven" | "rejected" | "changed";

/**
 * Why an identity has its level.
 *
 * About the identity
 * - `no-master-key`, `malformed-master-key`: there is nothing to trust
 * - `no-signature`: the master key carries no external signature
 * - `denied-by-user`: the reader decided so
 * - `key-changed`: another key than the pinned one
 * - `re-attested`: another key than the pinned one, signed anew by an anchor in scope
 * - `rolled-back`: a key that another one took the place of
 *
 * About the policy
 * - `amount-missing`: signatures count, and are not worth 120 together
 * - `rule-unmet`: a rule that is enforced asks for more
 * - `rule-warning`, `rule-audit`: a rule that is not enforced asks for more
 * - `too-complex`: deciding whether the policy is satisfied takes too long
 *
 * About one signature
 * - `vouched`: it counts
 * - `counted-once`: it counts no further, being by a key or an anchor that is counted already
 * - `within-grace`: it expired, and counts for a while; beside `vouched`
 * - `valid-when-signed`: it was valid when it was made; beside `vouched`
 * - `revocation-stale`: the anchor's list of revocations is missing or too old; beside `vouched`
 * - `no-anchor`: valid, by a key under no anchor of this reader
 * - `out-of-scope`: valid, under an anchor that may not speak for this user
 * - `excepted`: valid, under an anchor that is told not to speak for this user
 * - `not-named`: valid, by somebody who may not speak for this user
 * - `excluded`: valid, under an anchor that does not count beside an exclusive one
 * - `key-unconfirmed`: its key came with it, so nobody could tell of its revocation
 * - `anchor-not-yet`, `anchor-over`: the anchor's time has not come, or is over
 * - `too-old`, `no-time`: older than the anchor allows, or without a time where it asks for one
 * - `no-expiry`: without an end where the anchor asks for one
 * - `too-deep`: more authorities below the anchor than it allows
 * - `matrix-key`: made with a key that is also somebody's Matrix key
 * - `list-missing`: the anchor counts only with a current list of revocations
 * - `withdrawn`: the owner took it back
 * - `revoked-by-anchor`: the anchor took it back
 * - `anchor-revoked`: the anchor's key is revoked
 * - `not-valid`: it did not pass; `report` says why
 */
export type ReasonCode =
  | "no-master-key"
  | "malformed-master-key"
  | "no-signature"
  | "denied-by-user"
  | "key-changed"
  | "re-attested"
  | "rolled-back"
  | "amount-missing"
  | "rule-unmet"
  | "rule-warning"
  | "rule-audit"
  | "too-complex"
  | "vouched"
  | "counted-once"
  | "within-grace"
  | "valid-when-signed"
  | "revocation-stale"
  | "no-anchor"
  | "out-of-scope"
  | "excepted"
  | "not-named"
  | "excluded"
  | "key-unconfirmed"
  | "anchor-not-yet"
  | "anchor-over"
  | "too-old"
  | "no-time"
  | "no-expiry"
  | "too-deep"
  | "matrix-key"
  | "list-missing"
  | "withdrawn"
  | "revoked-by-anchor"
  | "anchor-revoked"
  | "not-valid";

/** One reason, about the whole identity or about one signature. */
export interface AssessmentReason {
  readonly code: ReasonCode;
  /** The signature it is about. */
  readonly keyId?: string;
  /** The anchor it is about. */
  readonly anchorId?: string;
  /** The rule of the policy it is about. */
  readonly ruleId?: string;
  /** For `not-valid`: what the verifier said. */
  readonly report?: ReportCode;
  /** For `amount-missing`: what there is, of 120. */
  readonly amount?: number;
  /** For `key-changed`, `re-attested` and `rolled-back`: the key before, and the one that is served; unpadded base64. */
  readonly before?: string;
  readonly after?: string;
}

/** One step from a trust anchor to the user. */
export interface TrustHop {
  /**
   * - `anchor`: the anchor's own key, always the first
   * - `introduction`: a key that the one before introduced
   * - `authority`, `certificate`: a certification authority below the anchor, the signer's certificate
   * - `user`: a Matrix user who vouches under the anchor
   */
  readonly kind: "anchor" | "introduction" | "authority" | "certificate" | "user";
  /** Fingerprint of the key or SHA-256 of the certificate, as its algorithm writes them; of a user, the user ID. */
  readonly who: string;
  /** The name by which it is known there, where it has one. */
  readonly name?: string;
  /** Of the anchor: the pattern of its scope that holds the user. Of an introduction: its domains. */
  readonly scope?: string;
  /** What the step is worth, 1 to 120. */
  readonly amount: number;
  /** Until when the step holds, milliseconds since 1970; absent where no end is known. */
  readonly validUntil?: number;
}

/** One signature that counts, and why. */
export interface Vouch {
  readonly anchorId: string;
  readonly algorithm: string;
  /** The signature. */
  readonly keyId: string;
  /** What it is worth, 1 to 120. */
  readonly amount: number;
  /** From the anchor's key to the key that signed. */
  readonly path: readonly TrustHop[];
  /** When it was made at the earliest, milliseconds since 1970; absent where nothing says. */
  readonly attestedAt?: number;
}

/**
 * What would have been needed to be `trusted`.
 *
 * - `signature`: one under one of `anchorIds`, all that may speak for this user now; empty where none may
 * - `new-signature`: one under these anchors that was made after the pinned key was first seen
 * - `amount`: signatures worth so much more
 * - `rule`: what the rule asks for
 * - `revocation-list`: current lists of these anchors
 * - `public-key`: the signers' keys, from a source that tells of revocations
 */
export interface Need {
  readonly code: "signature" | "new-signature" | "amount" | "rule" | "revocation-list" | "public-key";
  readonly anchorIds?: readonly string[];
  readonly amount?: number;
  readonly ruleId?: string;
}

/** The verdict on one user: level, reasons, and everything that was considered. */
export interface IdentityAssessment {
  readonly userId: string;
  /** The assessed Ed25519 master key in unpadded base64; absent where there is none. */
  readonly masterKey?: string;
  readonly level: TrustLevel;
  /** The steps of the worthiest vouch; empty unless `trusted`. */
  readonly path: readonly TrustHop[];
  /** Every signature that counts, whatever the level, the worthiest first. */
  readonly vouches: readonly Vouch[];
  readonly reasons: readonly AssessmentReason[];
  /** What was lacking; empty where `trusted`, and where nothing would help. */
  readonly needed: readonly Need[];
  readonly reports: readonly SignatureReport[];
  /** What was out of the ordinary when the identity was fetched: a manifest that could not be read may hold a withdrawal. */
  readonly problems: readonly IdentityProblem[];
  /** When it was made, milliseconds since 1970. */
  readonly checkedAt: number;
  /** Until when it may be relied on, milliseconds since 1970. */
  readonly freshUntil: number;
}

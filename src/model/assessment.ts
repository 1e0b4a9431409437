import type { IdentityProblem } from "./identity.js";
import type { ReportCode, SignatureReport } from "./report.js";

/**
 * How far an identity is to be trusted.
 *
 * - `trusted`: a trust anchor that may speak for this user signed this very master key
 * - `rejected`: such an anchor's signature was withdrawn by the owner, or its key is revoked, and no other convinces
 * - `unproven`: all else
 */
export type TrustLevel = "trusted" | "unproven" | "rejected";

/**
 * Why an identity has its level.
 *
 * - `vouched`: an anchor's valid signature convinced
 * - `no-master-key`, `malformed-master-key`: there is nothing to trust
 * - `no-signature`: the master key carries no external signature
 * - `no-anchor`: a valid signature by a key that is no anchor of this reader
 * - `out-of-scope`: a valid signature by an anchor that may not speak for this user
 * - `key-unconfirmed`: an anchor's signature whose key came with the signature, so its revocation is unknown
 * - `withdrawn`: the owner took the signature back
 * - `anchor-revoked`: an anchor's key is revoked
 * - `not-valid`: the signature itself did not pass; `report` says why
 */
export type ReasonCode =
  | "vouched"
  | "no-master-key"
  | "malformed-master-key"
  | "no-signature"
  | "no-anchor"
  | "out-of-scope"
  | "key-unconfirmed"
  | "withdrawn"
  | "anchor-revoked"
  | "not-valid";

/** One reason, about the whole identity or about one signature. */
export interface AssessmentReason {
  readonly code: ReasonCode;
  /** The signature it is about. */
  readonly keyId?: string;
  /** The anchor it is about. */
  readonly anchorId?: string;
  /** For `not-valid`: what the verifier said. */
  readonly report?: ReportCode;
}

/** One step from a trust anchor to the user. */
export interface TrustHop {
  readonly anchorId: string;
  readonly algorithm: string;
  /** Fingerprint of the key that signed. */
  readonly fingerprint: string;
  readonly keyId: string;
  /** Until when the step holds, milliseconds since 1970; absent where no end is known. */
  readonly validUntil?: number;
}

/** The verdict on one user: level, reasons, and everything that was considered. */
export interface IdentityAssessment {
  readonly userId: string;
  /** The assessed Ed25519 master key in unpadded base64; absent where there is none. */
  readonly masterKey?: string;
  readonly level: TrustLevel;
  /** The steps that convinced; empty unless `trusted`. */
  readonly path: readonly TrustHop[];
  readonly reasons: readonly AssessmentReason[];
  readonly reports: readonly SignatureReport[];
  /** What was out of the ordinary when the identity was fetched: a manifest that could not be read may hold a withdrawal. */
  readonly problems: readonly IdentityProblem[];
  /** When it was made, milliseconds since 1970. */
  readonly checkedAt: number;
  /** Until when it may be relied on, milliseconds since 1970. */
  readonly freshUntil: number;
}

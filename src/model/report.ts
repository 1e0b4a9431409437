import type { Place } from "./identity.js";
import type { Purpose } from "./signable.js";
import type { SignerCertificate } from "./signer-certificate.js";

/** What became of one signature. Only `valid` can ever convince; the other three differ in what to do next. */
export type SignatureStatus = "valid" | "invalid" | "indeterminate" | "unsupported";

/**
 * Why a signature has its status, from one closed list. In brackets the sub-indication of ETSI EN 319 102-1 that it
 * corresponds to.
 *
 * valid
 * - `valid` [TOTAL-PASSED]
 * - `key-unconfirmed` — the key is known from the key ID or the signature alone, so nobody could tell of its revocation
 *
 * invalid
 * - `malformed` [FORMAT_FAILURE] — the value is not what its algorithm writes
 * - `too-large` [FORMAT_FAILURE] — beyond the bounds that are read
 * - `bad-signature` [SIG_CRYPTO_FAILURE] — the maths is wrong
 * - `wrong-object` [FORMAT_FAILURE] — the object is none that can be signed, or not this user's
 * - `wrong-signature-type` [FORMAT_FAILURE] — a certification, a cleartext or an inline message
 * - `wrong-key` [SIG_CONSTRAINTS_FAILURE] — made by another key than the key ID names, or with another certificate than the
 *   signature itself says
 * - `wrong-namespace` [SIG_CONSTRAINTS_FAILURE] — made for another purpose, by the signature's own word (SSH)
 * - `key-not-for-signing` [CHAIN_CONSTRAINTS_FAILURE] — usage flags, a subkey that is not bound both ways, or a list of keys
 *   that admits the key for other purposes alone
 * - `weak-algorithm` [CRYPTO_CONSTRAINTS_FAILURE] — key, digest or curve is refused
 * - `unknown-critical` [SIG_CONSTRAINTS_FAILURE] — something marked critical that is not understood
 * - `key-revoked` [REVOKED] — for cause, or without a reason
 * - `made-in-future` [FORMAT_FAILURE] — more than 5 minutes ahead
 * - `cert-revoked` [REVOKED_NO_POE, REVOKED_CA_NO_POE] — a certificate of every path, for cause or without a reason
 * - `not-a-ca` [CHAIN_CONSTRAINTS_FAILURE] — a certificate that may not issue any did
 * - `path-length` [CHAIN_CONSTRAINTS_FAILURE] — more CAs below one than it allows
 * - `key-usage` [CHAIN_CONSTRAINTS_FAILURE] — a key that may not sign, or not certificates
 * - `extended-key-usage` [CHAIN_CONSTRAINTS_FAILURE] — certificates for other purposes
 * - `unknown-critical-extension` [CHAIN_CONSTRAINTS_FAILURE]
 * - `name-constraints` [CHAIN_CONSTRAINTS_FAILURE] — a name that a CA above may not give
 * - `policy` [CHAIN_CONSTRAINTS_FAILURE] — a policy is asked for, and none is left
 * - `name-mismatch` [SIG_CONSTRAINTS_FAILURE] — the certificate names another user, or none
 *
 * indeterminate
 * - `expired` [EXPIRED] — the signature's own time is over
 * - `key-expired` [OUT_OF_BOUNDS_NO_POE] — the key's time is over
 * - `not-yet-valid` [NOT_YET_VALID]
 * - `key-revoked-softly` [REVOKED_NO_POE] — superseded or retired; see `validFrom` and `validUntil`
 * - `cert-expired` [OUT_OF_BOUNDS_NO_POE] — a certificate's time is over; see `validFrom` and `validUntil`
 * - `cert-not-yet-valid` [OUT_OF_BOUNDS_NOT_REVOKED] — a certificate's time has not come
 * - `cert-revoked-softly` [REVOKED_NO_POE] — superseded, retired or on hold
 * - `revocation-unknown` [TRY_LATER] — no list or answer that is good now says that a certificate is not revoked
 * - `no-path` [NO_CERTIFICATE_CHAIN_FOUND] — no path to a given root
 * - `no-key` [SIGNING_CERTIFICATE_NOT_FOUND] — nobody has the public key
 * - `resolver-failed` [TRY_LATER] — asking for the key failed
 * - `verifier-failed` [TRY_LATER] — the algorithm threw or its library is missing
 * - `too-many` [TRY_LATER] — past the number of signatures on one object that are looked at
 *
 * unsupported
 * - `unknown-algorithm` — no verifier for the algorithm
 * - `unsupported-key` — the verifier does not know this kind of key
 * - `ssh-certificate` — made with an OpenSSH certificate, which is not followed: sign with the key itself
 */
export type ReportCode =
  | "valid"
  | "key-unconfirmed"
  | "malformed"
  | "too-large"
  | "bad-signature"
  | "wrong-object"
  | "wrong-signature-type"
  | "wrong-key"
  | "wrong-namespace"
  | "key-not-for-signing"
  | "weak-algorithm"
  | "unknown-critical"
  | "key-revoked"
  | "made-in-future"
  | "cert-revoked"
  | "not-a-ca"
  | "path-length"
  | "key-usage"
  | "extended-key-usage"
  | "unknown-critical-extension"
  | "name-constraints"
  | "policy"
  | "name-mismatch"
  | "expired"
  | "key-expired"
  | "not-yet-valid"
  | "key-revoked-softly"
  | "cert-expired"
  | "cert-not-yet-valid"
  | "cert-revoked-softly"
  | "revocation-unknown"
  | "no-path"
  | "no-key"
  | "resolver-failed"
  | "verifier-failed"
  | "too-many"
  | "unknown-algorithm"
  | "unsupported-key"
  | "ssh-certificate";

/** Every code with the one status it belongs to. */
export const statusOfCode: Readonly<Record<ReportCode, SignatureStatus>> = {
  valid: "valid",
  "key-unconfirmed": "valid",
  malformed: "invalid",
  "too-large": "invalid",
  "bad-signature": "invalid",
  "wrong-object": "invalid",
  "wrong-signature-type": "invalid",
  "wrong-key": "invalid",
  "wrong-namespace": "invalid",
  "key-not-for-signing": "invalid",
  "weak-algorithm": "invalid",
  "unknown-critical": "invalid",
  "key-revoked": "invalid",
  "made-in-future": "invalid",
  "cert-revoked": "invalid",
  "not-a-ca": "invalid",
  "path-length": "invalid",
  "key-usage": "invalid",
  "extended-key-usage": "invalid",
  "unknown-critical-extension": "invalid",
  "name-constraints": "invalid",
  policy: "invalid",
  "name-mismatch": "invalid",
  expired: "indeterminate",
  "key-expired": "indeterminate",
  "not-yet-valid": "indeterminate",
  "key-revoked-softly": "indeterminate",
  "cert-expired": "indeterminate",
  "cert-not-yet-valid": "indeterminate",
  "cert-revoked-softly": "indeterminate",
  "revocation-unknown": "indeterminate",
  "no-path": "indeterminate",
  "no-key": "indeterminate",
  "resolver-failed": "indeterminate",
  "verifier-failed": "indeterminate",
  "too-many": "indeterminate",
  "unknown-algorithm": "unsupported",
  "unsupported-key": "unsupported",
  "ssh-certificate": "unsupported",
};

/** Who made a signature, as far as the mathematics shows. Says nothing about whom they may speak for. */
export interface Signer {
  /** Fingerprint of the certificate or key that the key ID names, as its algorithm writes it. */
  readonly fingerprint: string;
  /** Fingerprint of the very key that signed, where it is another (an OpenPGP subkey). */
  readonly signingKey?: string;
  /** SHA-256 of the signing key's SubjectPublicKeyInfo, lower-case hexadecimal: one key in every algorithm. */
  readonly keyHash: string;
  /** The same of the key that {@link Signer.fingerprint} stands for, where another one signed. */
  readonly primaryKeyHash?: string;
  /**
   * Names that the key gives itself, of an SSH key those that the reader's own list gives it: evidence to show, never a reason
   * to trust. At most 16.
   */
  readonly names: readonly string[];
}

/** What an algorithm says about one signature. Times are milliseconds since 1970. */
export interface Verdict {
  readonly status: SignatureStatus;
  readonly code: ReportCode;
  /** Present where a key was found and the mathematics was right. */
  readonly signer?: Signer;
  /** When it was made, by the signature's own word. */
  readonly createdAt?: number;
  /** When the signature itself ends. */
  readonly expiresAt?: number;
  /** Start of the interval in which the signature is, was or will be valid. */
  readonly validFrom?: number;
  /** End of that interval; absent where none is known. A cached verdict never outlives it. */
  readonly validUntil?: number;
  /** SHA-256 of the decoded signature, lower-case hexadecimal: what a withdrawal names. */
  readonly valueHash?: string;
  /** The signer's certificate, where X.509 has a part in the signature and the mathematics was right. */
  readonly certificate?: SignerCertificate;
  /**
   * Until when the verdict stays what it is, where something else than validity ends it: the age of a revocation list, for one. A
   * cached verdict never outlives it.
   */
  readonly freshUntil?: number;
  /** On a verdict that has ended: what `key-unconfirmed` says of one that is valid. */
  readonly keyUnconfirmed?: boolean;
  /** Whether somebody touched the security key for this very signature, by its own word; absent for any other key. */
  readonly userPresent?: boolean;
}

/** A verdict together with what it is about. */
export interface SignatureReport extends Verdict {
  /** The whole key ID, word for word. */
  readonly keyId: string;
  /** The algorithm identifier in the key ID. */
  readonly algorithm: string;
  /** The owner of the signed object. */
  readonly userId: string;
  /** The signed bytes as text: a report on one object is none on another. Absent where they are no object of the user's. */
  readonly object?: string;
  /** What the signed object is; absent where it has no known shape. */
  readonly purpose?: Purpose;
  /** The places that served the signature, where it was fetched. */
  readonly seenIn?: readonly Place[];
  /** The manifests that hold it, as the identity's withdrawals name them. */
  readonly heldBy?: readonly string[];
}

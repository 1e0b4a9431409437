import type { RevocationEvidence } from "./revocation-evidence.js";
import type { RevocationFetch } from "./revocation-http.js";

/**
 * - `none`: nobody asks.
 * - `soft-fail`: what is known to be revoked is; what is not known passes, and the findings say so.
 * - `hard-fail`: what is not known is `revocation-unknown`.
 */
export type RevocationMode = "none" | "soft-fail" | "hard-fail";

/** How to look after revocation. */
export interface RevocationChecking {
  readonly mode: RevocationMode;
  /** Lists and answers that the caller has. */
  readonly evidence?: RevocationEvidence;
  /** Gets what the evidence lacks, from addresses in certificates that are chained to a root already. */
  readonly fetch?: RevocationFetch;
}

/** What is known of one certificate's revocation. Times are milliseconds since 1970. */
export interface RevocationFinding {
  /** SHA-256 of the certificate. */
  readonly certificate: string;
  /** `revoked-softly`: superseded, retired or on hold, which says nothing of earlier signatures. */
  readonly status: "good" | "revoked" | "revoked-softly" | "unknown";
  /** What says so; absent where nothing does. */
  readonly source?: "crl" | "ocsp";
  /** When the list or answer was made, and when the next one is due. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  /** When it was revoked. */
  readonly revokedAt?: number;
  /** CRLReason (RFC 5280 §5.3.1); absent where none is given. */
  readonly reason?: number;
}

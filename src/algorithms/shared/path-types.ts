import type { ReportCode, SignatureStatus } from "../../model/report.js";
import type { Certificate } from "./certificate.js";
import type { CertificatePool } from "./certificate-pool.js";
import type { RevocationChecking, RevocationFinding } from "./revocation-types.js";

/** What the certificate at the end of a path is to be good for. */
export type PathPurpose = "signature" | "timestamp" | "crl";

/** What to find and judge certification paths for. */
export interface PathRequest {
  /** The certificate at the end: of the signer, a time-stamping authority, a CRL's issuer. */
  readonly leaf: Certificate;
  /** Certificates that came with the signature: hostile; more than 64 are refused. */
  readonly presented: readonly Certificate[];
  /** Certificates that the caller knows: they may stand in a path and sign revocation lists, and trust nobody. */
  readonly intermediates?: CertificatePool;
  /** Where a path may begin. */
  readonly roots: CertificatePool;
  /** The time to judge at, milliseconds since 1970. */
  readonly at: number;
  /** By which the age of revocation lists and OCSP answers is judged; `at` where absent. */
  readonly now?: number;
  /** `signature` where absent. */
  readonly purpose?: PathPurpose;
  /** `none` where absent. */
  readonly revocation?: RevocationChecking;
  readonly signal?: AbortSignal;
  /** SHA-256 of the issuers of revocation lists whose own paths are being judged; set by revocation checking alone. */
  readonly asked?: readonly string[];
}

/** One fault of one path. */
export interface PathFault {
  readonly code: ReportCode;
  /** SHA-256 of the certificate that it is found at. */
  readonly certificate: string;
}

/** One path from a root to the leaf, every certificate in it signed by the one before. */
export interface CertificationPath {
  /** Root first, leaf last; the leaf alone where it is itself a root. */
  readonly chain: readonly Certificate[];
  /** When all certificates are within their time at once; empty where `validUntil` is less. Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** What is known of each certificate's revocation, in the order of `chain` without the root; empty where nobody asked. */
  readonly revocation: readonly RevocationFinding[];
  /** What is wrong with it, the gravest first; empty for a valid path. */
  readonly faults: readonly PathFault[];
}

/** What became of all paths together. */
export interface PathVerdict {
  readonly status: SignatureStatus;
  /** `valid`, or the code of the path that fails least. */
  readonly code: ReportCode;
  /** Every valid path, at most 16. */
  readonly validPaths: readonly CertificationPath[];
  /** Paths that have faults, those that fail least first, at most 16. */
  readonly rejectedPaths: readonly CertificationPath[];
  /** The interval of the longest-lived valid path, or of the rejected path that fails least; absent where there is no path. */
  readonly validFrom?: number;
  readonly validUntil?: number;
  /** Until when the verdict stays what it is, as far as certificates, lists and answers say; at most `validUntil`. */
  readonly freshUntil?: number;
}

/** One certificate of a path. */
export interface PathCertificate {
  /** SHA-256 of the whole certificate, lower-case hexadecimal. */
  readonly sha256: string;
  /** SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal: the same key in another certificate has the same. */
  readonly keyHash: string;
  /** Its subject, as RFC 4514 writes names. */
  readonly subject: string;
}

/** What is known of the revocation of one certificate in a path. Times are milliseconds since 1970. */
export interface RevocationEvidenceShown {
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly certificate: string;
  readonly status: "good" | "revoked" | "revoked-softly" | "unknown";
  /** What says so; absent where nothing does. */
  readonly source?: "crl" | "ocsp";
  /** When the list or answer was made, and when the next one is due. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  readonly revokedAt?: number;
}

/** One path from a root that the reader gave to the signer's certificate. */
export interface SignerPath {
  /** Root first, signer's last. */
  readonly certificates: readonly PathCertificate[];
  /** When all of it holds at once: from then, and until before then. */
  readonly validFrom: number;
  readonly validUntil: number;
  /**
   * How the certificate names the owner of the signed object as a Matrix user, as far as the name constraints in this path let such
   * names count: by a Matrix URI; in `io.element.x509` also by an e-mail address that reads as the user ID does. Absent where it
   * does not: then it is nobody's word about its own user, or another user's.
   */
  readonly ownerNamedBy?: "uri" | "email";
  /**
   * E-mail addresses of the certificate, for a policy that knows the Matrix server of a mail domain: those that could map to a Matrix
   * user and whose domain passes the name constraints in this path. None where the certificate bears any Matrix URI, whomever that
   * names. At most 32.
   */
  readonly emails: readonly string[];
  /** In the order of the certificates without the root; empty where nobody asked. */
  readonly revocation: readonly RevocationEvidenceShown[];
}

/** A path that was valid and no longer is, for no other reason than this one. Its interval is over. */
export interface LapsedSignerPath extends SignerPath {
  /**
   * - `cert-expired`: certificates of it have expired
   * - `cert-revoked-softly`: one was superseded, retired or put on hold; `validUntil` is no later than that
   */
  readonly code: "cert-expired" | "cert-revoked-softly";
}

/** A timestamp on a signature (RFC 3161). It says that the signature existed then, never that it was made then. */
export interface SignatureTimestamp {
  /** The latest moment that it proves the signature for, milliseconds since 1970. */
  readonly at: number;
  /** Whether it counts: it is right, and its authority leads to a root that was given for timestamps. */
  readonly counts: boolean;
}

/**
 * The certificate of an X.509 signer: evidence, of which the names are for people and for policies to weigh.
 *
 * `subject` and `issuer` here and in paths may be compared byte for byte: two names that differ never have one text. One that is too long
 * begins with `…` and the SHA-256 of its DER.
 */
export interface SignerCertificate {
  /** SHA-256 of the whole certificate, lower-case hexadecimal. */
  readonly sha256: string;
  /** As RFC 4514 writes names. */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** The attribute serialNumber of the subject, such as the number of an identity card; absent where it has none, or several. */
  readonly subjectSerialNumber?: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Alternative names, each with its form as OpenSSL writes it (`URI:…`, `email:…`); at most 32, the longest left out. */
  readonly alternativeNames: readonly string[];
  /** Every valid path, at most 16; empty where the verdict is not `valid`. */
  readonly paths: readonly SignerPath[];
  /** Every path that was valid once, at most 16; empty where the verdict is `invalid`, or a timestamp saved the signature. */
  readonly lapsedPaths: readonly LapsedSignerPath[];
  /** Whether the key ID names the CA above the topmost certificate presented. It decides nothing. */
  readonly isIssuerInKeyId: boolean;
  /**
   * Whether the signature itself names this very certificate (signing-certificate-v2). Where it does not, another one of the same key fits
   * too: a renewed certificate makes no signature newer.
   */
  readonly isNamedInSignature: boolean;
  /** Timestamps on the signature, at most 4; empty where there are none. */
  readonly timestamps: readonly SignatureTimestamp[];
}

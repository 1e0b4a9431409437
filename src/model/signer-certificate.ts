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

/** One valid path from a root that the reader gave to the signer's certificate. */
export interface SignerPath {
  /** Root first, signer's last. */
  readonly certificates: readonly PathCertificate[];
  readonly validFrom: number;
  readonly validUntil: number;
  /**
   * How the certificate names the owner of the signed object, as far as the name constraints in this path let Matrix names count:
   * by a Matrix URI, or by an e-mail address that reads as the user ID does. Absent where it does not.
   */
  readonly ownerNamedBy?: "uri" | "email";
  /** In the order of the certificates without the root; empty where nobody asked. */
  readonly revocation: readonly RevocationEvidenceShown[];
}

/** A timestamp on a signature (RFC 3161). It says that the signature existed then, never that it was made then. */
export interface SignatureTimestamp {
  /** The latest moment that it proves the signature for, milliseconds since 1970. */
  readonly at: number;
  /** Whether it counts: it is right, and its authority leads to a root that was given for timestamps. */
  readonly counts: boolean;
}

/** The certificate of an X.509 signer: evidence, of which the names are for people and for policies to weigh. */
export interface SignerCertificate {
  /** SHA-256 of the whole certificate, lower-case hexadecimal. */
  readonly sha256: string;
  /** As RFC 4514 writes names. */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Alternative names, each with its form as OpenSSL writes it (`URI:…`, `email:…`); at most 32, the longest left out. */
  readonly alternativeNames: readonly string[];
  /** Every valid path, at most 16; empty where the verdict is not `valid`. */
  readonly paths: readonly SignerPath[];
  /** Whether the key ID names the CA above the topmost certificate presented. It decides nothing. */
  readonly isIssuerInKeyId: boolean;
  /** Timestamps on the signature, at most 4; empty where there are none. */
  readonly timestamps: readonly SignatureTimestamp[];
}

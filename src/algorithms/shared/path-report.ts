import type { ReportCode } from "../../model/report.js";
import { type Certificate, serialText } from "./certificate.js";
import type { CertificationPath, PathFault } from "./path-types.js";
import type { RevocationFinding } from "./revocation-types.js";

/** A certificate in words. Everything in it is what the certificate says of itself. */
export interface CertificateReport {
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly sha256: string;
  /** As RFC 4514 writes names; characters that are not seen are spelled out. At most 512. */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** A certification path as data alone: to be kept, sent and shown. Times are milliseconds since 1970. */
export interface PathReport {
  /** Root first. */
  readonly certificates: readonly CertificateReport[];
  readonly validFrom: number;
  readonly validUntil: number;
  readonly revocation: readonly RevocationFinding[];
  /** The code of the gravest fault; absent for a valid path. */
  readonly code?: ReportCode;
  readonly faults: readonly PathFault[];
}

const maxNameChars = 512;

/** Puts a path into words. */
export function reportPath({ chain, validFrom, validUntil, revocation, faults }: CertificationPath): PathReport {
  const [gravest] = faults;
  return {
    certificates: chain.map(reportCertificate),
    validFrom,
    validUntil,
    revocation,
    ...(gravest && { code: gravest.code }),
    faults,
  };
}

/** Puts a certificate into words. */
export function reportCertificate(certificate: Certificate): CertificateReport {
  return {
    sha256: certificate.sha256,
    subject: shortened(certificate.subject.text),
    issuer: shortened(certificate.issuer.text),
    serialNumber: shortened(serialText(certificate)),
    notBefore: new Date(certificate.notBefore).toISOString(),
    // The end of that second is what is compared, the second itself is what stands there.
    notAfter: new Date(certificate.notAfter - 999).toISOString(),
  };
}

function shortened(text: string): string {
  return text.length <= maxNameChars ? text : `${text.slice(0, maxNameChars - 1)}…`;
}

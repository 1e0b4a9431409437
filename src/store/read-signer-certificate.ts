import type {
  LapsedSignerPath,
  PathCertificate,
  RevocationEvidenceShown,
  SignatureTimestamp,
  SignerCertificate,
  SignerPath,
} from "../model/signer-certificate.js";
import { listOf, objectReader, oneOf, type Reader, readBoolean, readTime, text } from "./reader.js";

const maxPaths = 16;
const maxPathCertificates = 10;
const maxTimestamps = 4;
const maxAlternativeNames = 32;
const maxEmails = 32;
const maxNameChars = 1024;

const hash = text(64);
const name = text(maxNameChars);

const readPathCertificate = objectReader<PathCertificate>({ sha256: hash, keyHash: hash, subject: name });

const readRevocation = objectReader<RevocationEvidenceShown>(
  {
    certificate: hash,
    status: oneOf("good", "revoked", "revoked-softly", "unknown"),
    source: oneOf("crl", "ocsp"),
    thisUpdate: readTime,
    nextUpdate: readTime,
    revokedAt: readTime,
  },
  ["source", "thisUpdate", "nextUpdate", "revokedAt"],
);

const path = {
  certificates: listOf(readPathCertificate, maxPathCertificates),
  validFrom: readTime,
  validUntil: readTime,
  ownerNamedBy: oneOf("uri", "email"),
  emails: listOf(name, maxEmails),
  revocation: listOf(readRevocation, maxPathCertificates),
};

const readPath = objectReader<SignerPath>(path, ["ownerNamedBy"]);

const readLapsedPath = objectReader<LapsedSignerPath>({ ...path, code: oneOf("cert-expired", "cert-revoked-softly") }, [
  "ownerNamedBy",
]);

const readTimestamp = objectReader<SignatureTimestamp>({ at: readTime, counts: readBoolean });

/** A clean copy of `value` if it is a signer's certificate as a verdict shows it, within all bounds, else `undefined`. */
export const readSignerCertificate: Reader<SignerCertificate> = objectReader<SignerCertificate>(
  {
    sha256: hash,
    subject: name,
    issuer: name,
    serialNumber: text(maxNameChars),
    subjectSerialNumber: name,
    notBefore: readTime,
    notAfter: readTime,
    alternativeNames: listOf(name, maxAlternativeNames),
    paths: listOf(readPath, maxPaths),
    lapsedPaths: listOf(readLapsedPath, maxPaths),
    isIssuerInKeyId: readBoolean,
    isNamedInSignature: readBoolean,
    timestamps: listOf(readTimestamp, maxTimestamps),
  },
  ["subjectSerialNumber"],
);

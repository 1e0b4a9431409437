import { type Bytes, concatBytes, sha256, toHex } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { type AlgorithmIdentifier, isSameAlgorithm, readAlgorithm } from "./algorithm-identifier.js";
import { type CertificateExtensions, readCertificateExtensions } from "./certificate-extensions.js";
import { countOf, DerFields, insideOf, malformedDer, wholeBytesOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { type DistinguishedName, readName } from "./distinguished-name.js";
import { readTime } from "./x509-time.js";

/** The largest certificate that is read, in bytes. */
export const maxCertificateBytes: number = 64 * 1024;

/** A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export interface PublicKeyInfo {
  readonly algorithm: AlgorithmIdentifier;
  /** The key itself, as its algorithm writes it. */
  readonly key: Uint8Array;
  /** The whole of it in DER. */
  readonly encoded: Bytes;
}

/** A certificate, read strictly. Nothing of it is verified. Times are milliseconds since 1970. */
export interface Certificate {
  /** 1, 2 or 3. */
  readonly version: number;
  /** Contents of the INTEGER: what is compared. */
  readonly serialNumber: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: number;
  /** The last millisecond of the second that it names: valid until its end (RFC 5280 §4.1.2.5). */
  readonly notAfter: number;
  readonly publicKey: PublicKeyInfo;
  readonly extensions: CertificateExtensions;
  /** The bytes under the signature. */
  readonly signedPart: Bytes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
  /** The whole certificate in DER. */
  readonly encoded: Bytes;
  /** SHA-256 of `encoded`, lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads one certificate in DER.
 *
 * @param der at most {@link maxCertificateBytes}; copied
 * @throws CountersignError `ERR_DER_MALFORMED` for whatever is not exactly a certificate, a known extension that is not in its
 *   form and one that stands there twice included
 * @see RFC 5280, section 4.1
 */
export async function readCertificate(der: Uint8Array): Promise<Certificate> {
  const encoded = concatBytes(der);
  const fields = new DerFields(readStrictDer(encoded, maxCertificateBytes));
  const signedPart = fields.take(tag.sequence);
  const signatureAlgorithm = readAlgorithm(fields.take());
  const signature = wholeBytesOf(fields.take(tag.bitString));
  fields.end();
  const contents = readSignedPart(signedPart, signatureAlgorithm);
  return {
    ...contents,
    signedPart: concatBytes(signedPart.encoded),
    signatureAlgorithm,
    signature: concatBytes(signature),
    encoded,
    sha256: toHex(await sha256(encoded)),
  };
}

/** Reads a SubjectPublicKeyInfo. @throws CountersignError `ERR_DER_MALFORMED` */
export function readPublicKeyInfo(value: DerValue): PublicKeyInfo {
  const fields = new DerFields(value);
  const algorithm = readAlgorithm(fields.take());
  const key = wholeBytesOf(fields.take(tag.bitString));
  fields.end();
  return { algorithm, key, encoded: concatBytes(value.encoded) };
}

type SignedContents = Omit<Certificate, "signedPart" | "signatureAlgorithm" | "signature" | "encoded" | "sha256">;

function readSignedPart(value: DerValue, signatureAlgorithm: AlgorithmIdentifier): SignedContents {
  const fields = new DerFields(value);
  const version = readVersion(fields.optional(contextConstructed(0)));
  const serialNumber = fields.take(tag.integer).contents;
  if (!isSameAlgorithm(readAlgorithm(fields.take()), signatureAlgorithm)) throw malformedDer("one algorithm");
  const issuer = readName(fields.take());
  const validity = new DerFields(fields.take());
  const notBefore = readTime(validity.take());
  const notAfter = readTime(validity.take()) + 999;
  validity.end();
  const subject = readName(fields.take());
  const publicKey = readPublicKeyInfo(fields.take());
  const uniqueIds = [fields.optional(contextPrimitive(1)), fields.optional(contextPrimitive(2))];
  const extensions = fields.optional(contextConstructed(3));
  fields.end();
  if (version === 1 && uniqueIds.some((id) => id !== undefined)) throw malformedDer("no unique IDs in version 1");
  if (version !== 3 && extensions !== undefined) throw malformedDer("no extensions before version 3");
  return {
    version,
    serialNumber,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey,
    extensions: readCertificateExtensions(extensions && insideOf(extensions)),
  };
}

function readVersion(tagged: DerValue | undefined): number {
  if (!tagged) return 1;
  const value = insideOf(tagged);
  if (value.tag !== tag.integer) throw malformedDer("a version");
  const version = countOf(value) + 1;
  if (version !== 2 && version !== 3) throw malformedDer("version 2 or 3, or none");
  return version;
}

/** Whether subject and issuer are the same name (RFC 5280 §3.2: self-issued, which says nothing of the keys). */
export function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return subject.comparable === issuer.comparable;
}

/** The serial number as people read it: hexadecimal, upper case, of the INTEGER's contents. */
export function serialText({ serialNumber }: Pick<Certificate, "serialNumber">): string {
  return toHex(serialNumber).toUpperCase();
}

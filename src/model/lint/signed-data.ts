import { equalBytes } from "../../encoding/bytes.js";
import { type DerValue, derMembers, derObjectIdentifierText } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import { type CertificateFacts, readCertificate, tagsOf } from "./certificate.js";

const signedData = "1.2.840.113549.1.7.2";
/** Version, digest algorithms, content, certificates, revocations, signers: what stands elsewhere would not be looked at. */
const members = /^2,49,48,(160,)?(161,)?49$/;

/** What the lint wants to know of a CMS signature. */
export interface SignedDataFacts {
  /** In the order in which they stand. */
  readonly certificates: readonly CertificateFacts[];
  /** How the first signer names its certificate. */
  readonly signer?: DerValue;
}

/** Whether a DER value is a ContentInfo with SignedData in it. */
export function isSignedData(value: DerValue): boolean {
  if (value.tag !== 0x30) return false;
  const [type] = derMembers(value);
  return type?.tag === 0x06 && derObjectIdentifierText(type) === signedData;
}

/**
 * Reads the certificates of a CMS signature and how its signer names its own (RFC 5652 §5.1, §5.3). Verifies nothing.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`, `ERR_SIGNATURE_VALUE` for certificates of another form than X.509's
 */
export function readSignedData(contentInfo: DerValue): SignedDataFacts {
  const [, content] = derMembers(contentInfo);
  const parts = content ? derMembers(content).flatMap(derMembers) : [];
  const signers = parts.at(-1);
  if (!signers || !members.test(tagsOf(parts))) {
    throw new CountersignError("ERR_SIGNATURE_VALUE", "expected signed data");
  }
  const set = parts.find(({ tag }) => tag === 0xa0);
  const certificates = set ? derMembers(set) : [];
  if (certificates.some(({ tag }) => tag !== 0x30)) {
    throw new CountersignError("ERR_SIGNATURE_VALUE", "expected certificates of X.509 alone");
  }
  const [first] = derMembers(signers);
  const signer = first ? derMembers(first)[1] : undefined;
  return { certificates: certificates.map(readCertificate), ...(signer && { signer }) };
}

/** Whether a certificate is the one that a signer names, by subject key identifier or by issuer and serial number. */
export function isNamedBy(certificate: CertificateFacts, signer: DerValue): boolean {
  const { subjectKeyId, issuer, serialNumber } = certificate;
  if (signer.tag === 0x80) return subjectKeyId !== undefined && equalBytes(subjectKeyId, signer.contents);
  if (signer.tag !== 0x30) return false;
  const [name, number] = derMembers(signer);
  return !!name && !!number && equalBytes(issuer, name.contents) && equalBytes(serialNumber, number.contents);
}

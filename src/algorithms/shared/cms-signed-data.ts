import { type Bytes, concatBytes, equalBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm-identifier.js";
import type { Certificate } from "./certificate.js";
import { type CmsAttributes, readAttributes } from "./cms-attributes.js";
import { countOf, DerFields, insideOf, malformedDer, membersOf, oidOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { type DistinguishedName, readName } from "./distinguished-name.js";
import { oid } from "./object-identifiers.js";

/** The largest CMS message that is read, in bytes. */
export const maxCmsBytes: number = 256 * 1024;

/** How a signer names its certificate (RFC 5652 §5.3). */
export type SignerIdentifier =
  | { readonly subjectKeyId: Uint8Array }
  | { readonly issuer: DistinguishedName; readonly serialNumber: Uint8Array };

/** One SignerInfo. */
export interface CmsSignerInfo {
  readonly version: number;
  readonly signer: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  /** Absent where the content itself is signed. */
  readonly signedAttributes?: CmsAttributes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
  /** Under no signature: anybody may have put them there. */
  readonly unsignedAttributes?: CmsAttributes;
}

/** A SignedData, read strictly. Nothing of it is verified. Certificates and lists are in DER, unread. */
export interface CmsSignedData {
  readonly version: number;
  readonly digestAlgorithms: readonly AlgorithmIdentifier[];
  readonly contentType: string;
  /** Absent where it is detached. */
  readonly content?: Bytes;
  readonly certificates: readonly Uint8Array[];
  /** Whether there are certificates of another kind than X.509's: attribute certificates, PKCS#6. */
  readonly hasOtherCertificates: boolean;
  /** Whether lists, answers or anything else about revocation came along. */
  readonly hasRevocations: boolean;
  readonly revocationLists: readonly Uint8Array[];
  /** OCSP answers (RFC 5940). */
  readonly ocspAnswers: readonly Uint8Array[];
  readonly signers: readonly CmsSignerInfo[];
}

const ocspRevocation = "1.3.6.1.5.5.7.16.2";

/**
 * Reads a ContentInfo with SignedData in it, in DER: BER's indefinite lengths are refused, though CMS allows them.
 *
 * @param der at most {@link maxCmsBytes}; copied
 * @throws CountersignError `ERR_DER_MALFORMED`
 * @see RFC 5652, sections 3 and 5.1
 */
export function readSignedData(der: Uint8Array): CmsSignedData {
  const outer = new DerFields(readStrictDer(concatBytes(der), maxCmsBytes));
  const type = oidOf(outer.take(tag.objectIdentifier));
  const wrapped = outer.take(contextConstructed(0));
  outer.end();
  if (type !== oid.signedData) throw malformedDer("signed data");
  const fields = new DerFields(insideOf(wrapped));
  const version = countOf(fields.take(tag.integer));
  const digestAlgorithms = membersOf(fields.take(), tag.set).map((value) => readAlgorithm(value));
  const encapsulated = readContent(fields.take());
  const certificates = membersOrNone(fields.optional(contextConstructed(0)));
  const revocationField = fields.optional(contextConstructed(1));
  const revocations = membersOrNone(revocationField);
  const signers = membersOf(fields.take(), tag.set).map(readSignerInfo);
  fields.end();
  const plain = (values: readonly DerValue[]): Uint8Array[] =>
    values.filter((value) => value.tag === tag.sequence).map(({ encoded }) => encoded);
  return {
    version,
    digestAlgorithms,
    ...encapsulated,
    certificates: plain(certificates),
    hasOtherCertificates: certificates.some((value) => value.tag !== tag.sequence),
    hasRevocations: revocationField !== undefined,
    revocationLists: plain(revocations),
    ocspAnswers: revocations.flatMap(readOtherRevocation),
    signers,
  };
}

/**
 * The certificates that a signer names. More than one may bear a subject key identifier: whoever uses this decides what that means.
 */
export function certificatesOf(signer: SignerIdentifier, certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter((certificate) => {
    if ("subjectKeyId" in signer) {
      const { subjectKeyId } = certificate.extensions;
      return subjectKeyId !== undefined && equalBytes(subjectKeyId, signer.subjectKeyId);
    }
    const isIssuer = certificate.issuer.comparable === signer.issuer.comparable;
    return isIssuer && equalBytes(certificate.serialNumber, signer.serialNumber);
  });
}

function membersOrNone(value: DerValue | undefined): DerValue[] {
  return value ? membersOf(value, value.tag) : [];
}

function readContent(value: DerValue): Pick<CmsSignedData, "contentType" | "content"> {
  const fields = new DerFields(value);
  const contentType = oidOf(fields.take(tag.objectIdentifier));
  const wrapped = fields.optional(contextConstructed(0));
  fields.end();
  if (!wrapped) return { contentType };
  const content = insideOf(wrapped);
  if (content.tag !== tag.octetString) throw malformedDer("octets as content");
  return { contentType, content: concatBytes(content.contents) };
}

function readOtherRevocation(value: DerValue): Uint8Array[] {
  if (value.tag !== contextConstructed(1)) return [];
  const fields = new DerFields(value, value.tag);
  const type = oidOf(fields.take(tag.objectIdentifier));
  const info = fields.take();
  fields.end();
  return type === ocspRevocation ? [info.encoded] : [];
}

function readSignerInfo(value: DerValue): CmsSignerInfo {
  const fields = new DerFields(value);
  const version = countOf(fields.take(tag.integer));
  const signer = readSignerIdentifier(fields.take(tag.sequence, contextPrimitive(0)));
  const digestAlgorithm = readAlgorithm(fields.take());
  const signedAttributes = fields.optional(contextConstructed(0));
  const signatureAlgorithm = readAlgorithm(fields.take());
  const signature = concatBytes(fields.take(tag.octetString).contents);
  const unsignedAttributes = fields.optional(contextConstructed(1));
  fields.end();
  return {
    version,
    signer,
    digestAlgorithm,
    ...(signedAttributes && { signedAttributes: readAttributes(signedAttributes) }),
    signatureAlgorithm,
    signature,
    ...(unsignedAttributes && { unsignedAttributes: readAttributes(unsignedAttributes) }),
  };
}

function readSignerIdentifier(value: DerValue): SignerIdentifier {
  if (value.tag === contextPrimitive(0)) return { subjectKeyId: value.contents };
  const fields = new DerFields(value);
  const issuer = readName(fields.take());
  const serialNumber = fields.take(tag.integer).contents;
  fields.end();
  return { issuer, serialNumber };
}

import type { DerValue } from "../../encoding/der-reader.js";
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm-identifier.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { readSignerInfo, type SignerInfo } from "./cms-signer-info.js";
import { countOf, DerFields, insideOf, malformedDer, membersOf, oidOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { contextConstructed, tag } from "./der-tags.js";
import { oid } from "./object-identifiers.js";

/** The largest CMS that is read, in bytes. */
export const maxCmsBytes: number = 128 * 1024;
/** Certificates in one. */
const maxCertificates = 65;
const maxSigners = 16;

/** A CMS SignedData, read strictly. Nothing of it is verified. */
export interface SignedData {
  readonly version: number;
  readonly digests: readonly AlgorithmIdentifier[];
  readonly contentType: string;
  /** Absent where the signature is detached. */
  readonly content?: Uint8Array;
  /** Each once, in the order in which they stand. */
  readonly certificates: readonly Certificate[];
  /** Whether there are certificates of another form beside, attribute certificates for one: nobody reads them. */
  readonly hasOtherCertificates: boolean;
  /** Whether revocation lists or answers came along: nobody reads them. */
  readonly hasRevocationInfo: boolean;
  readonly signers: readonly SignerInfo[];
}

/**
 * Reads a ContentInfo with SignedData in it, in DER.
 *
 * @param der at most {@link maxCmsBytes}
 * @throws CountersignError `ERR_DER_MALFORMED`, for a certificate in it that cannot be read too
 * @see RFC 5652, sections 3 and 5.1
 */
export async function readSignedData(der: Uint8Array): Promise<SignedData> {
  const outer = new DerFields(readStrictDer(der, maxCmsBytes));
  if (oidOf(outer.take(tag.objectIdentifier)) !== oid.signedData) throw malformedDer("signed data");
  const fields = new DerFields(insideOf(outer.take(contextConstructed(0))));
  outer.end();
  const version = countOf(fields.take(tag.integer));
  const digests = membersOf(fields.take(tag.set), tag.set).map((digest) => readAlgorithm(digest));
  const { contentType, content } = readContent(fields.take(tag.sequence));
  const certificates = fields.optional(contextConstructed(0));
  const revocationInfo = fields.optional(contextConstructed(1));
  const signers = membersOf(fields.take(tag.set), tag.set);
  fields.end();
  if (version < 1 || version > 5 || version === 2) throw malformedDer("a version of signed data");
  if (signers.length > maxSigners) throw malformedDer("fewer signers");
  return {
    version,
    digests,
    contentType,
    ...(content && { content }),
    ...(await readCertificates(certificates)),
    hasRevocationInfo: revocationInfo !== undefined,
    signers: signers.map(readSignerInfo),
  };
}

function readContent(value: DerValue): { contentType: string; content?: Uint8Array } {
  const fields = new DerFields(value);
  const contentType = oidOf(fields.take(tag.objectIdentifier));
  const wrapped = fields.optional(contextConstructed(0));
  fields.end();
  if (!wrapped) return { contentType };
  const octets = insideOf(wrapped);
  if (octets.tag !== tag.octetString) throw malformedDer("content in an octet string");
  return { contentType, content: octets.contents };
}

async function readCertificates(
  set: DerValue | undefined,
): Promise<Pick<SignedData, "certificates" | "hasOtherCertificates">> {
  const members = set ? membersOf(set, set.tag) : [];
  if (members.length > maxCertificates) throw malformedDer("fewer certificates");
  const plain = members.filter((member) => member.tag === tag.sequence);
  const read = await Promise.all(plain.map(({ encoded }) => readCertificate(encoded)));
  const once = new Map(read.map((certificate) => [certificate.sha256, certificate]));
  return { certificates: [...once.values()], hasOtherCertificates: plain.length < members.length };
}

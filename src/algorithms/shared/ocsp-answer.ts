import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm-identifier.js";
import { countOf, DerFields, insideOf, malformedDer, membersOf, oidOf, wholeBytesOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { type DistinguishedName, readName } from "./distinguished-name.js";
import { readExtensions, unknownCritical } from "./extension.js";
import { oid } from "./object-identifiers.js";
import { readTime } from "./x509-time.js";

/** The largest OCSP answer that is read, in bytes. */
export const maxOcspBytes: number = 64 * 1024;

/** What an answer says about one certificate. Times are milliseconds since 1970. */
export interface OcspStatus {
  readonly hash: AlgorithmIdentifier;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly status: "good" | "revoked" | "unknown";
  readonly revokedAt?: number;
  /** CRLReason; absent where none is given. */
  readonly reason?: number;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
}

/** A basic OCSP answer, read strictly. Nothing of it is verified. */
export interface OcspAnswer {
  readonly responder: { readonly name: DistinguishedName } | { readonly keyHash: Uint8Array };
  readonly statuses: readonly OcspStatus[];
  /** Whether an extension is critical: none is understood, so the answer then says nothing. */
  readonly hasUnknownCritical: boolean;
  /** Certificates that came with it, in DER. */
  readonly certificates: readonly Uint8Array[];
  readonly signedPart: Bytes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
}

const successful = 0;
const noneUnderstood: ReadonlySet<string> = new Set();

/**
 * Reads one OCSP answer in DER.
 *
 * @param der at most {@link maxOcspBytes}; copied
 * @throws CountersignError `ERR_DER_MALFORMED`, also for an answer that says only that there is none
 * @see RFC 6960, section 4.2.1
 */
export function readOcspAnswer(der: Uint8Array): OcspAnswer {
  const outer = new DerFields(readStrictDer(concatBytes(der), maxOcspBytes));
  const outcome = countOf(outer.take(tag.enumerated));
  const wrapped = outer.optional(contextConstructed(0));
  outer.end();
  if (outcome !== successful || !wrapped) throw malformedDer("an answer");
  const typed = new DerFields(insideOf(wrapped));
  const type = oidOf(typed.take(tag.objectIdentifier));
  const octets = typed.take(tag.octetString).contents;
  typed.end();
  if (type !== oid.ocspBasic) throw malformedDer("a basic answer");
  const fields = new DerFields(readStrictDer(octets, maxOcspBytes));
  const signedPart = fields.take(tag.sequence);
  const signatureAlgorithm = readAlgorithm(fields.take());
  const signature = concatBytes(wholeBytesOf(fields.take(tag.bitString)));
  const certificates = fields.optional(contextConstructed(0));
  fields.end();
  return {
    ...readResponseData(signedPart),
    certificates: certificates ? membersOf(insideOf(certificates), tag.sequence).map(({ encoded }) => encoded) : [],
    signedPart: concatBytes(signedPart.encoded),
    signatureAlgorithm,
    signature,
  };
}

function readResponseData(value: DerValue): Pick<OcspAnswer, "responder" | "statuses" | "hasUnknownCritical"> {
  const fields = new DerFields(value);
  const version = fields.optional(contextConstructed(0));
  if (version && countOf(insideOf(version)) !== 0) throw malformedDer("version 1");
  const responder = readResponder(fields.take(contextConstructed(1), contextConstructed(2)));
  readTime(fields.take(tag.generalizedTime));
  const singles = membersOf(fields.take(tag.sequence), tag.sequence).map(readSingle);
  const extensions = fields.optional(contextConstructed(1));
  fields.end();
  return {
    responder,
    statuses: singles.map(({ status }) => status),
    hasUnknownCritical: hasCritical(extensions) || singles.some(({ isCritical }) => isCritical),
  };
}

function hasCritical(tagged: DerValue | undefined): boolean {
  return unknownCritical(readExtensions(tagged && insideOf(tagged)), noneUnderstood).length > 0;
}

function readResponder(value: DerValue): OcspAnswer["responder"] {
  const inside = insideOf(value);
  if (value.tag === contextConstructed(1)) return { name: readName(inside) };
  if (inside.tag !== tag.octetString) throw malformedDer("the hash of a key");
  return { keyHash: inside.contents };
}

function readSingle(value: DerValue): { status: OcspStatus; isCritical: boolean } {
  const fields = new DerFields(value);
  const id = new DerFields(fields.take());
  const hash = readAlgorithm(id.take());
  const issuerNameHash = id.take(tag.octetString).contents;
  const issuerKeyHash = id.take(tag.octetString).contents;
  const serialNumber = id.take(tag.integer).contents;
  id.end();
  const said = readStatus(fields.take(contextPrimitive(0), contextConstructed(1), contextPrimitive(2)));
  const thisUpdate = readTime(fields.take(tag.generalizedTime));
  const nextUpdate = fields.optional(contextConstructed(0));
  const extensions = fields.optional(contextConstructed(1));
  fields.end();
  const dates = { thisUpdate, ...(nextUpdate && { nextUpdate: readTime(insideOf(nextUpdate)) }) };
  const status = { hash, issuerNameHash, issuerKeyHash, serialNumber, ...said, ...dates };
  return { status, isCritical: hasCritical(extensions) };
}

function readStatus(value: DerValue): Pick<OcspStatus, "status" | "revokedAt" | "reason"> {
  if (value.tag !== contextConstructed(1)) {
    if (value.contents.length > 0) throw malformedDer("a status without contents");
    return { status: value.tag === contextPrimitive(0) ? "good" : "unknown" };
  }
  const fields = new DerFields(value, value.tag);
  const revokedAt = readTime(fields.take(tag.generalizedTime));
  const reason = fields.optional(contextConstructed(0));
  fields.end();
  return { status: "revoked", revokedAt, ...(reason && { reason: countOf(insideOf(reason)) }) };
}

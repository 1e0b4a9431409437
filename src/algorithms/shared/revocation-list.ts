import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { type AlgorithmIdentifier, isSameAlgorithm, readAlgorithm } from "./algorithm-identifier.js";
import {
  booleanOf,
  countOf,
  DerFields,
  insideOf,
  malformedDer,
  membersOf,
  namedBitsOf,
  wholeBytesOf,
} from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { type DistinguishedName, readName } from "./distinguished-name.js";
import { type DistributionPointName, readDistributionPointName } from "./distribution-point.js";
import { type Extension, extensionValue, readExtensions, unknownCritical } from "./extension.js";
import { oid } from "./object-identifiers.js";
import { type RevokedEntry, readEntries } from "./revocation-entries.js";
import { readTime } from "./x509-time.js";

/** The largest revocation list that is read, in bytes. */
export const maxRevocationListBytes: number = 4 * 1024 * 1024;

/** What a list is about (RFC 5280 §5.2.5). */
export interface IssuingDistributionPoint {
  readonly name?: DistributionPointName;
  readonly onlyUsers: boolean;
  readonly onlyAuthorities: boolean;
  readonly onlyAttributes: boolean;
  readonly isIndirect: boolean;
  /** Bits of ReasonFlags; absent where it is for all. */
  readonly reasons?: ReadonlySet<number>;
  /** Contents of the extension: base and delta must have the same. */
  readonly octets: Uint8Array;
}

/** A certificate revocation list, read strictly. Nothing of it is verified. Times are milliseconds since 1970. */
export interface RevocationList {
  readonly issuer: DistinguishedName;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  /** Whether an extension, of the list or of an entry, is critical and not understood: it then says nothing at all. */
  readonly hasUnknownCritical: boolean;
  readonly distribution?: IssuingDistributionPoint;
  /** Contents of the INTEGERs. */
  readonly number?: Uint8Array;
  /** Set for a delta list: the number of the list that it continues. */
  readonly baseNumber?: Uint8Array;
  /** By {@link entryKey}. */
  readonly entries: ReadonlyMap<string, RevokedEntry>;
  readonly signedPart: Bytes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
}

const listExtensions: ReadonlySet<string> = new Set([
  oid.issuingDistributionPoint,
  oid.deltaCrlIndicator,
  oid.crlNumber,
  oid.authorityKeyIdentifier,
]);

/**
 * Reads one revocation list in DER.
 *
 * @param der at most {@link maxRevocationListBytes}; copied
 * @throws CountersignError `ERR_DER_MALFORMED`
 * @see RFC 5280, section 5.1
 */
export function readRevocationList(der: Uint8Array): RevocationList {
  const fields = new DerFields(readStrictDer(concatBytes(der), maxRevocationListBytes));
  const signedPart = fields.take(tag.sequence);
  const signatureAlgorithm = readAlgorithm(fields.take());
  const signature = concatBytes(wholeBytesOf(fields.take(tag.bitString)));
  fields.end();
  const contents = readContents(signedPart, signatureAlgorithm);
  return { ...contents, signedPart: concatBytes(signedPart.encoded), signatureAlgorithm, signature };
}

type Contents = Omit<RevocationList, "signedPart" | "signatureAlgorithm" | "signature">;

function readContents(value: DerValue, signatureAlgorithm: AlgorithmIdentifier): Contents {
  const fields = new DerFields(value);
  const version = fields.optional(tag.integer);
  if (version && countOf(version) !== 1) throw malformedDer("version 2 or none");
  if (!isSameAlgorithm(readAlgorithm(fields.take()), signatureAlgorithm)) throw malformedDer("one algorithm");
  const issuer = readName(fields.take());
  const thisUpdate = readTime(fields.take());
  const nextUpdate = fields.optional(tag.utcTime, tag.generalizedTime);
  const revoked = fields.optional(tag.sequence);
  const tagged = fields.optional(contextConstructed(0));
  fields.end();
  if (!version && tagged) throw malformedDer("no extensions before version 2");
  const extensions = readExtensions(tagged && insideOf(tagged));
  const { entries, hasUnknownEntry } = readEntries(revoked ? membersOf(revoked, tag.sequence) : [], issuer);
  const distribution = extensions.get(oid.issuingDistributionPoint);
  return {
    issuer,
    thisUpdate,
    ...(nextUpdate && { nextUpdate: readTime(nextUpdate) }),
    hasUnknownCritical: hasUnknownEntry || unknownCritical(extensions, listExtensions).length > 0,
    ...(distribution && { distribution: readDistribution(distribution) }),
    ...readNumbers(extensions),
    entries,
  };
}

function readNumbers(extensions: ReadonlyMap<string, Extension>): Pick<RevocationList, "number" | "baseNumber"> {
  const [number, base] = [oid.crlNumber, oid.deltaCrlIndicator].map((type) => {
    const extension = extensions.get(type);
    const value = extension && extensionValue(extension);
    if (value && (value.tag !== tag.integer || (value.contents[0] ?? 0x80) >= 0x80)) throw malformedDer("a number");
    return value?.contents;
  });
  return { ...(number && { number }), ...(base && { baseNumber: base }) };
}

function readDistribution(extension: Extension): IssuingDistributionPoint {
  const fields = new DerFields(extensionValue(extension));
  const name = fields.optional(contextConstructed(0));
  const flag = (number: number): boolean => {
    const value = fields.optional(contextPrimitive(number));
    return value !== undefined && booleanOf(value);
  };
  const onlyUsers = flag(1);
  const onlyAuthorities = flag(2);
  const reasons = fields.optional(contextPrimitive(3));
  const isIndirect = flag(4);
  const onlyAttributes = flag(5);
  fields.end();
  return {
    ...(name && { name: readDistributionPointName(name) }),
    onlyUsers,
    onlyAuthorities,
    onlyAttributes,
    isIndirect,
    ...(reasons && { reasons: namedBitsOf(reasons) }),
    octets: extension.octets,
  };
}

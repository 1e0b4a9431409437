import type { DerValue } from "../../encoding/der-reader.js";
import { booleanOf, countOf, DerFields, malformedDer, namedBitsOf, oidOf, someMembersOf } from "./der-fields.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { type DistributionPoint, readDistributionPoints } from "./distribution-point.js";
import { type Extension, extensionValue, readExtensions, unknownCritical } from "./extension.js";
import { type GeneralName, readGeneralName, readGeneralNames } from "./general-name.js";
import { type NameConstraints, readNameConstraints } from "./name-constraints-extension.js";
import { oid } from "./object-identifiers.js";
import { type PolicyExtensions, readPolicyExtensions } from "./policy-extensions.js";

/** Bits of keyUsage (RFC 5280 §4.2.1.3). */
export const keyUsage = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, crlSign: 6 } as const;

/** What the extensions of a certificate say; what is absent stands nowhere in it. */
export interface CertificateExtensions extends PolicyExtensions {
  /** Types of critical extensions that nobody here understands. */
  readonly unknownCritical: readonly string[];
  readonly basicConstraints?: { readonly isAuthority: boolean; readonly pathLength?: number };
  /** Numbers of the bits that are set. */
  readonly keyUsage?: ReadonlySet<number>;
  /** Object identifiers of purposes, and whether the extension is critical. */
  readonly extendedKeyUsage?: { readonly purposes: ReadonlySet<string>; readonly isCritical: boolean };
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: Uint8Array;
  /** Empty where there is no subjectAltName. */
  readonly alternativeNames: readonly GeneralName[];
  readonly nameConstraints?: NameConstraints;
  /** Empty where there are none. */
  readonly crlDistributionPoints: readonly DistributionPoint[];
  /** Whether it points to delta revocation lists. */
  readonly hasFreshestCrl: boolean;
  /** Addresses of OCSP responders, as written. */
  readonly ocspAddresses: readonly string[];
  /** Whether an OCSP responder's own revocation need not be asked for (RFC 6960 §4.2.2.2.1). */
  readonly hasOcspNoCheck: boolean;
}

const understood: ReadonlySet<string> = new Set([
  oid.keyUsage,
  oid.subjectAltName,
  oid.basicConstraints,
  oid.nameConstraints,
  oid.crlDistributionPoints,
  oid.certificatePolicies,
  oid.policyMappings,
  oid.policyConstraints,
  oid.extendedKeyUsage,
  oid.inhibitAnyPolicy,
]);

/**
 * Reads the extensions of a certificate (RFC 5280 §4.2).
 *
 * @throws CountersignError `ERR_DER_MALFORMED` for one that is understood, but not in its form
 */
export function readCertificateExtensions(value: DerValue | undefined): CertificateExtensions {
  const all = readExtensions(value);
  const read = <T>(type: string, reader: (value: DerValue, extension: Extension) => T): T | undefined => {
    const extension = all.get(type);
    return extension && reader(extensionValue(extension), extension);
  };
  const policies = readPolicyExtensions(all);
  return withoutAbsent({
    ...policies,
    unknownCritical: [...unknownCritical(all, understood), ...policies.unknownCriticalQualifiers],
    basicConstraints: read(oid.basicConstraints, readBasicConstraints),
    keyUsage: read(oid.keyUsage, readKeyUsage),
    extendedKeyUsage: read(oid.extendedKeyUsage, (usage, { isCritical }) => ({
      purposes: new Set(someMembersOf(usage, tag.sequence).map(oidOf)),
      isCritical,
    })),
    subjectKeyId: read(oid.subjectKeyIdentifier, readOctets),
    authorityKeyId: read(oid.authorityKeyIdentifier, readAuthorityKeyId),
    alternativeNames: read(oid.subjectAltName, (names) => readGeneralNames(names)) ?? [],
    nameConstraints: read(oid.nameConstraints, readNameConstraints),
    crlDistributionPoints: read(oid.crlDistributionPoints, readDistributionPoints) ?? [],
    hasFreshestCrl: all.has(oid.freshestCrl),
    ocspAddresses: read(oid.authorityInfoAccess, readOcspAddresses) ?? [],
    hasOcspNoCheck: all.has(oid.ocspNoCheck),
  });
}

function readBasicConstraints(value: DerValue): { isAuthority: boolean; pathLength?: number } {
  const fields = new DerFields(value);
  const authority = fields.optional(tag.boolean);
  const pathLength = fields.optional(tag.integer);
  fields.end();
  const isAuthority = authority !== undefined && booleanOf(authority);
  return { isAuthority, ...(pathLength && { pathLength: countOf(pathLength) }) };
}

function readKeyUsage(value: DerValue): ReadonlySet<number> {
  if (value.tag !== tag.bitString) throw malformedDer("a bit string");
  return namedBitsOf(value);
}

function readOctets({ tag: type, contents }: DerValue): Uint8Array {
  if (type !== tag.octetString) throw malformedDer("an octet string");
  return contents;
}

/** The key's identifier alone: issuer and serial number in it are a hint that nobody needs. */
function readAuthorityKeyId(value: DerValue): Uint8Array | undefined {
  const fields = new DerFields(value);
  const keyId = fields.optional(contextPrimitive(0));
  const issuer = fields.optional(contextConstructed(1));
  const serialNumber = fields.optional(contextPrimitive(2));
  fields.end();
  if ((issuer === undefined) !== (serialNumber === undefined)) throw malformedDer("issuer and serial number together");
  return keyId?.contents;
}

function readOcspAddresses(value: DerValue): string[] {
  return someMembersOf(value, tag.sequence).flatMap((member) => {
    const fields = new DerFields(member);
    const method = oidOf(fields.take(tag.objectIdentifier));
    const location = readGeneralName(fields.take());
    fields.end();
    return method === oid.ocspAccess && location.form === "uniformResourceIdentifier" ? [location.text] : [];
  });
}

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

function withoutAbsent<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;
}

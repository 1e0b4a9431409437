import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";
import { derName, type TestName } from "./der-name.js";

type Der = Uint8Array;

/** Any extension: the value goes into its OCTET STRING. */
export function extension(type: string, isCritical: boolean, value: Der): Der {
  const critical = isCritical ? [derValue(0x01, Uint8Array.of(0xff))] : [];
  return derSequence(encodedOid(type), ...critical, derValue(0x04, value));
}

const integer = (number: number): Der =>
  derUnsignedInteger(Uint8Array.of(number >> 24, number >> 16, number >> 8, number));
const retagged = (tag: number, der: Der): Der => concatBytes(Uint8Array.of(tag), der.subarray(1));

/** GeneralNames (RFC 5280 §4.2.1.6), for alternative names and name constraints. */
export const generalName = {
  dns: (text: string): Der => derValue(0x82, utf8(text)),
  mail: (text: string): Der => derValue(0x81, utf8(text)),
  uri: (text: string): Der => derValue(0x86, utf8(text)),
  /** Four or sixteen bytes; with the mask behind them in a constraint. */
  ip: (...octets: readonly number[]): Der => derValue(0x87, Uint8Array.from(octets)),
  directory: (name: TestName): Der => derValue(0xa4, derName(name)),
  /** An otherName that holds a UTF8String. */
  other: (type: string, text: string): Der =>
    derValue(0xa0, encodedOid(type), derValue(0xa0, derValue(0x0c, utf8(text)))),
  registeredId: (type: string): Der => retagged(0x88, encodedOid(type)),
};

/** Numbers of the bits of keyUsage. */
const usageBits = { digitalSignature: 0, nonRepudiation: 1, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;
export type TestKeyUsage = keyof typeof usageBits;

function namedBits(bits: readonly number[]): Der {
  const octets = new Uint8Array(Math.max(0, ...bits.map((bit) => (bit >> 3) + 1)));
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  const last = octets.at(-1) ?? 0;
  return derValue(0x03, Uint8Array.of(last === 0 ? 0 : 31 - Math.clz32(last & -last)), octets);
}

const subtrees = (tag: number, names: readonly Der[]): Der[] =>
  names.length === 0 ? [] : [derValue(tag, ...names.map((name) => derSequence(name)))];

/** The DistributionPoint of one full name (`dns`, `uri`, … or a directory), with reasons and another issuer if wanted. */
export interface TestDistributionPoint {
  readonly fullName?: readonly Der[];
  readonly reasons?: readonly number[];
  readonly crlIssuer?: TestName;
}

/** Extensions of certificates (RFC 5280 §4.2), each as its specification wants it. */
export const certificateExtension = {
  basicConstraints: (isAuthority: boolean, pathLength?: number, isCritical = true): Der => {
    const authority = isAuthority ? [derValue(0x01, Uint8Array.of(0xff))] : [];
    const length = pathLength === undefined ? [] : [integer(pathLength)];
    return extension(oid.basicConstraints, isCritical, derSequence(...authority, ...length));
  },
  keyUsage: (...usages: readonly TestKeyUsage[]): Der =>
    extension(oid.keyUsage, true, namedBits(usages.map((usage) => usageBits[usage]))),
  extendedKeyUsage: (...purposes: readonly string[]): Der =>
    extension(oid.extendedKeyUsage, false, derSequence(...purposes.map(encodedOid))),
  criticalExtendedKeyUsage: (...purposes: readonly string[]): Der =>
    extension(oid.extendedKeyUsage, true, derSequence(...purposes.map(encodedOid))),
  subjectKeyId: (id: Uint8Array): Der => extension(oid.subjectKeyIdentifier, false, derValue(0x04, id)),
  authorityKeyId: (id: Uint8Array): Der =>
    extension(oid.authorityKeyIdentifier, false, derSequence(derValue(0x80, id))),
  subjectAltName: (...names: readonly Der[]): Der => extension(oid.subjectAltName, false, derSequence(...names)),
  nameConstraints: (wishes: { readonly permitted?: readonly Der[]; readonly excluded?: readonly Der[] }): Der => {
    const all = [...subtrees(0xa0, wishes.permitted ?? []), ...subtrees(0xa1, wishes.excluded ?? [])];
    return extension(oid.nameConstraints, true, derSequence(...all));
  },
  policies: (...policies: readonly string[]): Der =>
    extension(
      oid.certificatePolicies,
      false,
      derSequence(...policies.map((policy) => derSequence(encodedOid(policy)))),
    ),
  policyMappings: (...pairs: readonly (readonly [string, string])[]): Der => {
    const members = pairs.map(([from, to]) => derSequence(encodedOid(from), encodedOid(to)));
    return extension(oid.policyMappings, true, derSequence(...members));
  },
  policyConstraints: (wishes: { readonly requireExplicit?: number; readonly inhibitMapping?: number }): Der => {
    const { requireExplicit, inhibitMapping } = wishes;
    const explicit = requireExplicit === undefined ? [] : [retagged(0x80, integer(requireExplicit))];
    const mapping = inhibitMapping === undefined ? [] : [retagged(0x81, integer(inhibitMapping))];
    return extension(oid.policyConstraints, true, derSequence(...explicit, ...mapping));
  },
  inhibitAnyPolicy: (certificates: number): Der => extension(oid.inhibitAnyPolicy, true, integer(certificates)),
  crlDistributionPoints: (...points: readonly TestDistributionPoint[]): Der =>
    extension(oid.crlDistributionPoints, false, derSequence(...points.map(distributionPoint))),
  freshestCrl: (address: string): Der =>
    extension(oid.freshestCrl, false, derSequence(distributionPoint({ fullName: [generalName.uri(address)] }))),
  ocspAddress: (address: string): Der => {
    const access = derSequence(encodedOid(oid.ocspAccess), generalName.uri(address));
    return extension(oid.authorityInfoAccess, false, derSequence(access));
  },
  ocspNoCheck: (): Der => extension(oid.ocspNoCheck, false, derValue(0x05)),
  /** One that nobody knows. */
  unknown: (isCritical: boolean): Der => extension("1.3.6.1.4.1.99999.1", isCritical, derValue(0x05)),
};

function distributionPoint({ fullName, reasons, crlIssuer }: TestDistributionPoint): Der {
  const name = fullName ? [derValue(0xa0, derValue(0xa0, ...fullName))] : [];
  const bits = reasons ? [retagged(0x81, namedBits(reasons))] : [];
  const issuer = crlIssuer ? [derValue(0xa2, generalName.directory(crlIssuer))] : [];
  return derSequence(...name, ...bits, ...issuer);
}

/** What a list says of itself (RFC 5280 §5.2.5). */
export interface TestListScope {
  readonly fullName?: readonly Der[];
  readonly onlyUsers?: boolean;
  readonly onlyAuthorities?: boolean;
  readonly onlyAttributes?: boolean;
  readonly reasons?: readonly number[];
  readonly isIndirect?: boolean;
}

/** Extensions of revocation lists and of what stands on them. */
export const listExtension = {
  number: (number: number): Der => extension(oid.crlNumber, false, integer(number)),
  delta: (base: number): Der => extension(oid.deltaCrlIndicator, true, integer(base)),
  scope: (scope: TestListScope): Der => {
    const flag = (tag: number, isSet = false): Der[] => (isSet ? [derValue(tag, Uint8Array.of(0xff))] : []);
    const name = scope.fullName ? [derValue(0xa0, derValue(0xa0, ...scope.fullName))] : [];
    const reasons = scope.reasons ? [retagged(0x83, namedBits(scope.reasons))] : [];
    const value = derSequence(
      ...name,
      ...flag(0x81, scope.onlyUsers),
      ...flag(0x82, scope.onlyAuthorities),
      ...reasons,
      ...flag(0x84, scope.isIndirect),
      ...flag(0x85, scope.onlyAttributes),
    );
    return extension(oid.issuingDistributionPoint, true, value);
  },
  reason: (reason: number): Der => extension(oid.crlReason, false, derValue(0x0a, Uint8Array.of(reason))),
  certificateIssuer: (name: TestName): Der =>
    extension(oid.certificateIssuer, true, derSequence(generalName.directory(name))),
};

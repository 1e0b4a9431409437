import { type DerValue, derMembers, derObjectIdentifierText, readDer } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import { derText } from "./der-attributes.js";

/** What the lint wants to know of a certificate. Nothing of it is verified. */
export interface CertificateFacts {
  /** E-mail addresses of the subject, in its name or its alternative ones. */
  readonly mailAddresses: readonly string[];
  /** URIs among the alternative names, in their order. */
  readonly uris: readonly string[];
  /** Whether one of the alternative names is an e-mail address. */
  readonly hasAddress: boolean;
  /** Purposes of an extended key usage, in dotted decimals; absent where there is none. */
  readonly purposes?: readonly string[];
  /** Tags of the forms of names that name constraints are about. */
  readonly constrainedForms: readonly number[];
  /** Whether basicConstraints say that it is a CA. */
  readonly isAuthority: boolean;
  /** Contents of the subject key identifier. */
  readonly subjectKeyId?: Uint8Array;
  /** Contents of the issuer's name and of the serial number. */
  readonly issuer: Uint8Array;
  readonly serialNumber: Uint8Array;
}

const emailAddress = "1.2.840.113549.1.9.1";
const smtpUtf8Mailbox = "1.3.6.1.5.5.7.8.9";
const extension = {
  subjectKeyIdentifier: "2.5.29.14",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  extendedKeyUsage: "2.5.29.37",
} as const;
const known: ReadonlySet<string> = new Set(Object.values(extension));

/** Version, serial number, algorithm, issuer, validity, subject, key, two unique IDs, extensions. */
const signedMembers = /^(160,)?2,48,48,48,48,48(,129)?(,130)?(,163)?$/;

/** The tags of values, in a list to be matched. */
export function tagsOf(values: readonly DerValue[]): string {
  return values.map(({ tag }) => tag).join();
}

/** Whether a DER value has the outer form of a certificate: its signed part, an algorithm, a signature. */
export function isCertificate(value: DerValue): boolean {
  return value.tag === 0x30 && tagsOf(derMembers(value)) === "48,48,3";
}

/**
 * Reads a certificate (RFC 5280 §4.1). Verifies nothing.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`, `ERR_SIGNATURE_VALUE` for what is none
 */
export function readCertificate(certificate: DerValue): CertificateFacts {
  const [signed] = derMembers(certificate);
  const all = signed ? derMembers(signed) : [];
  const [serialNumber, , issuer, , subject, , ...optional] = all[0]?.tag === 0xa0 ? all.slice(1) : all;
  if (!serialNumber || !issuer || !subject || !signedMembers.test(tagsOf(all))) throw unreadable("a certificate");
  const extensions = readExtensions(optional.find(({ tag }) => tag === 0xa3));
  const names = (extensions.get(extension.subjectAltName) ?? []).flatMap(derMembers);
  const [keyId] = extensions.get(extension.subjectKeyIdentifier) ?? [];
  const [purposes] = extensions.get(extension.extendedKeyUsage) ?? [];
  const [constraints] = (extensions.get(extension.basicConstraints) ?? []).flatMap(derMembers);
  return {
    mailAddresses: [...addressesOfName(subject), ...names.flatMap(addressesOfAlternative)],
    uris: names.filter(({ tag }) => tag === 0x86).map(derText),
    hasAddress: names.some(({ tag }) => tag === 0x81),
    ...(purposes && { purposes: derMembers(purposes).map(derObjectIdentifierText) }),
    constrainedForms: (extensions.get(extension.nameConstraints) ?? []).flatMap(constrainedForms),
    isAuthority: constraints?.tag === 0x01 && constraints.contents[0] !== 0,
    ...(keyId && { subjectKeyId: keyId.contents }),
    issuer: issuer.contents,
    serialNumber: serialNumber.contents,
  };
}

/** What each extension holds, by type: the values inside of its OCTET STRING, one where it is as it should be. */
function readExtensions(tagged: DerValue | undefined): Map<string, DerValue[]> {
  const extensions = new Map<string, DerValue[]>();
  for (const entry of tagged ? derMembers(tagged).flatMap(derMembers) : []) {
    const members = derMembers(entry);
    const [type, value] = [members[0], members.at(-1)];
    if (!type || value?.tag !== 0x04) throw unreadable("an extension");
    const name = derObjectIdentifierText(type);
    if (known.has(name)) extensions.set(name, [...(extensions.get(name) ?? []), readDer(value.contents)]);
  }
  return extensions;
}

/** NameConstraints ::= SEQUENCE { permitted [0], excluded [1] }, each of subtrees that begin with a name. */
function constrainedForms(constraints: DerValue): number[] {
  return derMembers(constraints)
    .flatMap(derMembers)
    .flatMap((subtree) => derMembers(subtree)[0]?.tag ?? []);
}

/** Name ::= SEQUENCE OF SET OF SEQUENCE { type, value }. */
function addressesOfName(name: DerValue): string[] {
  return derMembers(name)
    .flatMap(derMembers)
    .flatMap((attribute) => {
      const [type, ...values] = derMembers(attribute);
      return type && derObjectIdentifierText(type) === emailAddress ? values.map(derText) : [];
    });
}

/** Addresses among the alternative names: rfc822Name, SmtpUTF8Mailbox of RFC 9598, those in a directoryName. */
function addressesOfAlternative(name: DerValue): string[] {
  if (name.tag === 0x81) return [derText(name)];
  if (name.tag === 0xa4) return derMembers(name).flatMap(addressesOfName);
  if (name.tag !== 0xa0) return [];
  const [type, ...values] = derMembers(name);
  return type && derObjectIdentifierText(type) === smtpUtf8Mailbox ? values.map(derText) : [];
}

function unreadable(expected: string): CountersignError {
  return new CountersignError("ERR_SIGNATURE_VALUE", `expected ${expected}`);
}

import { utf8 } from "../../src/encoding/bytes.js";
import {
  derBitString,
  derNull,
  derObjectIdentifier,
  derSequence,
  derUnsignedInteger,
  derValue,
} from "../../src/encoding/der-writer.js";

/** What a certificate is to say; the rest of it is empty, for nobody verifies it. */
export interface DerCertificateWishes {
  /** Attributes of the subject's name: type in dotted decimals, value in UTF-8 or as DER. */
  readonly subject?: readonly (readonly [type: string, value: string | Uint8Array])[];
  /** Types and contents of extensions. */
  readonly extensions?: readonly (readonly [type: string, contents: Uint8Array])[];
  readonly serialNumber?: number;
  readonly isAuthority?: boolean;
  /** Default: version 3. */
  readonly isVersion1?: boolean;
}

/** An OBJECT IDENTIFIER from dotted decimals. */
export function oid(text: string): Uint8Array {
  const [root = 0, second = 0, ...rest] = text.split(".").map(Number);
  const octets = [root * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    return digits;
  });
  return derObjectIdentifier(Uint8Array.from(octets));
}

/** A Name with one attribute in each of its parts. */
export function nameOf(attributes: readonly (readonly [type: string, value: string | Uint8Array])[]): Uint8Array {
  const parts = attributes.map(([type, value]) => {
    const encoded = typeof value === "string" ? derValue(0x0c, utf8(value)) : value;
    return derValue(0x31, derSequence(oid(type), encoded));
  });
  return derSequence(...parts);
}

export const issuerName: Uint8Array = nameOf([["2.5.4.3", "Issuer"]]);

/** A certificate with a signature of nothing. */
export function derCertificate(wishes: DerCertificateWishes = {}): Uint8Array {
  const { subject = [], extensions = [], serialNumber = 1, isAuthority, isVersion1 } = wishes;
  const constraints = derSequence(derValue(0x01, Uint8Array.of(0xff)));
  const all = isAuthority ? [["2.5.29.19", constraints] as const, ...extensions] : extensions;
  const encoded = all.map(([type, contents]) => derSequence(oid(type), derValue(0x04, contents)));
  const signed = derSequence(
    ...(isVersion1 ? [] : [derValue(0xa0, derUnsignedInteger(Uint8Array.of(2)))]),
    derUnsignedInteger(Uint8Array.of(serialNumber)),
    derSequence(oid("1.2.840.10045.4.3.2")),
    issuerName,
    derSequence(derValue(0x17, utf8("200101000000Z")), derValue(0x17, utf8("400101000000Z"))),
    nameOf(subject),
    derSequence(derSequence(oid("1.2.840.10045.2.1")), derBitString(Uint8Array.of(4))),
    ...(isVersion1 ? [] : [derValue(0xa3, derSequence(...encoded))]),
  );
  return derSequence(signed, derSequence(oid("1.2.840.10045.4.3.2")), derBitString(Uint8Array.of(0)));
}

/** A detached CMS with these certificates in this order, signed by nobody in the name of `signer`. */
export function derSignedData(certificates: readonly Uint8Array[], signer: Uint8Array = bySerialNumber(1)): Uint8Array {
  const signerInfo = derSequence(
    derUnsignedInteger(Uint8Array.of(1)),
    signer,
    derSequence(oid("2.16.840.1.101.3.4.2.3"), derNull()),
    derSequence(oid("1.2.840.113549.1.1.1"), derNull()),
    derValue(0x04, new Uint8Array(4)),
  );
  const signedData = derSequence(
    derUnsignedInteger(Uint8Array.of(1)),
    derValue(0x31, derSequence(oid("2.16.840.1.101.3.4.2.3"))),
    derSequence(oid("1.2.840.113549.1.7.1")),
    derValue(0xa0, ...certificates),
    derValue(0x31, signerInfo),
  );
  return derSequence(oid("1.2.840.113549.1.7.2"), derValue(0xa0, signedData));
}

/** The signer named by issuer and serial number. */
export function bySerialNumber(serialNumber: number): Uint8Array {
  return derSequence(issuerName, derUnsignedInteger(Uint8Array.of(serialNumber)));
}

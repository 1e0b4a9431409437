/** Certificates by WebCrypto, good now, for tests that run in browsers too; for wrong ones see certificates.ts. */
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derBitString, derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";
import { certificateExtension } from "./certificate-extensions.js";
import { derName } from "./der-name.js";

type Bytes = Uint8Array<ArrayBuffer>;

const dayMs = 86_400_000;

/** A certificate and its key, which cannot be exported. */
export interface WebCertificate {
  readonly der: Bytes;
  readonly privateKey: CryptoKey;
  /** Name in DER. */
  readonly subject: Uint8Array;
  /** SHA-1 of the key. */
  readonly keyId: Bytes;
}

/** How WebCrypto makes a key. */
export type WebKeyKind = EcKeyGenParams | RsaHashedKeyGenParams;

const p256: WebKeyKind = { name: "ECDSA", namedCurve: "P-256" };

/** A root with a P-256 key. */
export function makeWebRoot(name: string): Promise<WebCertificate> {
  const { basicConstraints, keyUsage } = certificateExtension;
  return makeWebCertificate(name, p256, [basicConstraints(true), keyUsage("keyCertSign", "cRLSign")]);
}

/** A signer's certificate under `issuer`, with these alternative names. */
export function makeWebLeaf(
  name: string,
  kind: WebKeyKind,
  issuer: WebCertificate,
  alternativeNames: readonly Uint8Array[],
): Promise<WebCertificate> {
  const { subjectAltName, keyUsage } = certificateExtension;
  return makeWebCertificate(name, kind, [keyUsage("digitalSignature"), subjectAltName(...alternativeNames)], issuer);
}

async function makeWebCertificate(
  name: string,
  kind: WebKeyKind,
  extensions: readonly Uint8Array[],
  issuer?: WebCertificate,
): Promise<WebCertificate> {
  const pair = (await crypto.subtle.generateKey(kind, false, ["sign", "verify"])) as CryptoKeyPair;
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const subject = derName(name);
  const keyId = await keyIdOf(spki);
  const ids = [
    certificateExtension.subjectKeyId(keyId),
    certificateExtension.authorityKeyId(issuer?.keyId ?? keyId),
    ...extensions,
  ];
  const algorithm = derSequence(encodedOid(oid.ecdsaWithSha256));
  const signedPart = derSequence(
    derValue(0xa0, derUnsignedInteger(Uint8Array.of(2))),
    derUnsignedInteger(crypto.getRandomValues(new Uint8Array(8))),
    algorithm,
    issuer?.subject ?? subject,
    derSequence(derUtcTime(Date.now() - 3 * dayMs), derUtcTime(Date.now() + 4 * dayMs)),
    subject,
    spki,
    derValue(0xa3, derSequence(...ids)),
  );
  const signature = await ecdsaSignature(issuer?.privateKey ?? pair.privateKey, signedPart);
  const der = derSequence(signedPart, algorithm, derBitString(signature));
  return { der, privateKey: pair.privateKey, subject, keyId };
}

/** Both numbers in DER, which WebCrypto leaves bare. */
async function ecdsaSignature(key: CryptoKey, bytes: Bytes): Promise<Bytes> {
  const numbers = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytes));
  return derSequence(derUnsignedInteger(numbers.subarray(0, 32)), derUnsignedInteger(numbers.subarray(32)));
}

async function keyIdOf(spki: Bytes): Promise<Bytes> {
  const bits = derMembers(readDer(spki))[1]?.contents.slice(1) ?? new Uint8Array();
  return new Uint8Array(await crypto.subtle.digest("SHA-1", bits));
}

/** Until 2049 (RFC 5280 §4.1.2.5.1). */
function derUtcTime(time: number): Uint8Array {
  const digits = new Date(time).toISOString().replace(/[-:T]|\.\d+/g, "");
  return derValue(0x17, utf8(digits.slice(2)));
}

import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { readAlgorithm } from "./algorithm-identifier.js";
import { keysError } from "./certificate-material.js";
import { countOf, DerFields, insideOf, malformedDer, membersOf, oidOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { oid } from "./object-identifiers.js";
import { decryptByPassword } from "./password-encryption.js";

/** What a PKCS#12 file holds. */
export interface Pkcs12Contents {
  /** PrivateKeyInfo in DER (RFC 5208). */
  readonly privateKey: Bytes;
  /** Certificates in DER. */
  readonly certificates: readonly Bytes[];
}

const maxBytes = 1024 * 1024;
const encryptedData = "1.2.840.113549.1.7.6";
const bag = {
  key: "1.2.840.113549.1.12.10.1.1",
  encryptedKey: "1.2.840.113549.1.12.10.1.2",
  certificate: "1.2.840.113549.1.12.10.1.3",
} as const;
const x509Certificate = "1.2.840.113549.1.9.22.1";

/**
 * Opens a PKCS#12 file with exactly one private key in it, encrypted as OpenSSL 3 does by default.
 *
 * Its MAC is not checked: the file is the user's own, and what is made of it is verified before anything leaves.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for a wrong password, no or several keys, methods of encryption that WebCrypto
 *   does not know; `ERR_DER_MALFORMED`
 * @see RFC 7292, section 4
 */
export async function openPkcs12(der: Uint8Array, password: string): Promise<Pkcs12Contents> {
  const fields = new DerFields(readStrictDer(der, maxBytes));
  if (countOf(fields.take(tag.integer)) !== 3) throw malformedDer("version 3 of PKCS#12");
  const safes = readOctets(readContentInfo(fields.take(tag.sequence), oid.data));
  const keys: Bytes[] = [];
  const certificates: Bytes[] = [];
  for (const safe of membersOf(safes, tag.sequence)) {
    for (const member of membersOf(await openSafe(safe, password), tag.sequence)) {
      const { type, value } = readBag(member);
      if (type === bag.key) keys.push(concatBytes(value.encoded));
      if (type === bag.encryptedKey) keys.push(await decryptPrivateKey(value, password));
      if (type === bag.certificate) certificates.push(...readCertificateBag(value));
    }
  }
  const [privateKey, ...others] = keys;
  if (!privateKey || others.length > 0) throw keysError("one private key in the PKCS#12 file");
  return { privateKey, certificates };
}

/** Decrypts an EncryptedPrivateKeyInfo (RFC 5208 §6). @throws CountersignError as {@link openPkcs12} */
export async function decryptPrivateKey(value: DerValue, password: string): Promise<Bytes> {
  const fields = new DerFields(value);
  const algorithm = readAlgorithm(fields.take());
  const encrypted = fields.take(tag.octetString).contents;
  fields.end();
  return decryptByPassword(algorithm, encrypted, password);
}

async function openSafe(safe: DerValue, password: string): Promise<DerValue> {
  const [type] = membersOf(safe, tag.sequence);
  if (type && oidOf(type) === oid.data) return readOctets(readContentInfo(safe, oid.data));
  const fields = new DerFields(readContentInfo(safe, encryptedData));
  fields.take(tag.integer);
  const content = new DerFields(fields.take(tag.sequence));
  content.take(tag.objectIdentifier);
  const algorithm = readAlgorithm(content.take());
  const encrypted = content.take(contextPrimitive(0)).contents;
  const opened = await decryptByPassword(algorithm, encrypted, password);
  return readStrictDer(opened, maxBytes);
}

function readContentInfo(value: DerValue, expected: string): DerValue {
  const fields = new DerFields(value);
  if (oidOf(fields.take(tag.objectIdentifier)) !== expected)
    throw malformedDer("content that is protected by a password");
  const content = insideOf(fields.take(contextConstructed(0)));
  fields.end();
  return content;
}

function readOctets({ tag: type, contents }: DerValue): DerValue {
  if (type !== tag.octetString) throw malformedDer("an octet string");
  return readStrictDer(contents, maxBytes);
}

function readBag(value: DerValue): { type: string; value: DerValue } {
  const fields = new DerFields(value);
  const type = oidOf(fields.take(tag.objectIdentifier));
  const content = insideOf(fields.take(contextConstructed(0)));
  return { type, value: content };
}

function readCertificateBag(value: DerValue): Bytes[] {
  const fields = new DerFields(value);
  const type = oidOf(fields.take(tag.objectIdentifier));
  const octets = insideOf(fields.take(contextConstructed(0)));
  return type === x509Certificate && octets.tag === tag.octetString ? [concatBytes(octets.contents)] : [];
}

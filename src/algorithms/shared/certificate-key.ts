import { readWrappedBase64 } from "../../encoding/armor.js";
import { tryDecodeBase64 } from "../../encoding/base64.js";
import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { derSequence, derUnsignedInteger } from "../../encoding/der-writer.js";
import { readPem } from "../../encoding/pem.js";
import { CountersignError } from "../../errors.js";
import { readAlgorithm } from "./algorithm-identifier.js";
import type { Certificate } from "./certificate.js";
import { keysError } from "./certificate-material.js";
import { DerFields, oidOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { tag } from "./der-tags.js";
import { oid } from "./object-identifiers.js";
import { decryptPrivateKey, openPkcs12 } from "./pkcs12.js";
import { readPublicKey } from "./public-key.js";
import type { HashName, SignatureScheme } from "./signature-scheme.js";
import { isTextOrBytes, textOrDer } from "./text-of.js";

/** A private key as data. */
export interface PrivateKeyData {
  /** PKCS#8: PEM (`PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`), or DER that is not encrypted. */
  readonly key: string | Uint8Array;
  /** What unlocks it, where it is locked. */
  readonly passphrase?: string;
}

/** A PKCS#12 file (`.p12`, `.pfx`): private key and certificates. */
export interface Pkcs12Data {
  /** The bytes of the file, or base64. */
  readonly pkcs12: Uint8Array | string;
  readonly password: string;
}

/** A key that is kept elsewhere: by a card, a token, a key vault. */
export interface RemoteCertificateKey {
  /**
   * Signs exactly these bytes by this scheme; digests them itself.
   *
   * @returns the signature, or the same in base64; of ECDSA in DER, or both numbers one after the other
   */
  sign(bytes: Bytes, scheme: SignatureScheme): Uint8Array | string | Promise<Uint8Array | string>;
}

/** The private key of a certificate. */
export type CertificatePrivateKey = CryptoKey | string | PrivateKeyData | Pkcs12Data | RemoteCertificateKey;

/** A key, ready to sign. */
export interface SigningKey {
  readonly scheme: SignatureScheme;
  /** Certificates that came with it. */
  readonly certificates: readonly Bytes[];
  sign(bytes: Bytes): Promise<Bytes>;
}

const maxPemLength = 1024 * 1024;

/**
 * Opens a private key.
 *
 * @param signer the certificate that came first: says what kind of key one kept elsewhere is
 * @param wanted the scheme to sign by; the usual one of the key where absent
 * @throws CountersignError `ERR_ALGORITHM_KEYS`, which says nothing of the key
 */
export async function openCertificateKey(
  key: CertificatePrivateKey,
  signer: Certificate | undefined,
  wanted?: SignatureScheme,
): Promise<SigningKey> {
  if (typeof key === "string") return openData({ key }, wanted);
  if (typeof key !== "object" || key === null) throw keysError("a private key");
  if ("sign" in key) return remoteKey(key, wanted ?? schemeOfCertificate(signer));
  if ("pkcs12" in key) return openFile(key, wanted);
  return "key" in key ? openData(key, wanted) : platformKey(key, wanted);
}

/** Whether a caller without a type checker handed in something of this shape. */
export function isCertificateKey(key: unknown): key is CertificatePrivateKey {
  if (typeof key === "string") return true;
  if (typeof key !== "object" || key === null) return false;
  const { sign, pkcs12, password, key: data, type } = key as Record<string, unknown>;
  if (sign !== undefined) return typeof sign === "function";
  if (pkcs12 !== undefined) return isTextOrBytes(pkcs12) && typeof password === "string";
  return isTextOrBytes(data) || type === "private";
}

async function openFile({ pkcs12, password }: Pkcs12Data, wanted?: SignatureScheme): Promise<SigningKey> {
  const der = typeof pkcs12 === "string" ? orKeysError(() => readWrappedBase64(pkcs12)) : pkcs12;
  try {
    const { privateKey, certificates } = await openPkcs12(der, password);
    return { ...(await importKey(privateKey, wanted)), certificates };
  } catch (error) {
    throw withoutSecrets(error, "a PKCS#12 file in DER");
  }
}

async function openData({ key, passphrase }: PrivateKeyData, wanted?: SignatureScheme): Promise<SigningKey> {
  const text = textOrDer(key);
  try {
    return await importKey(typeof text === "string" ? await readPemKey(text, passphrase) : concatBytes(text), wanted);
  } catch (error) {
    throw withoutSecrets(error, "a private key in PKCS#8: `openssl pkcs8 -topk8` makes one");
  }
}

async function readPemKey(text: string, passphrase?: string): Promise<Bytes> {
  const { blocks } = readPem(text, { maxLength: maxPemLength, maxBlocks: 16, withPrivateKeys: true });
  const plain = blocks.find(({ label }) => label === "PRIVATE KEY");
  if (plain) return plain.bytes;
  const locked = blocks.find(({ label }) => label === "ENCRYPTED PRIVATE KEY");
  if (!locked) throw keysError("a private key in PKCS#8: `openssl pkcs8 -topk8` makes one");
  if (passphrase === undefined) throw keysError("a passphrase for a locked private key");
  return decryptPrivateKey(readStrictDer(locked.bytes, maxPemLength), passphrase);
}

/** PrivateKeyInfo ::= SEQUENCE { version, algorithm, key, … } (RFC 5208 §5). */
async function importKey(pkcs8: Bytes, wanted?: SignatureScheme): Promise<SigningKey> {
  const fields = new DerFields(readStrictDer(pkcs8, maxPemLength));
  fields.take(tag.integer);
  const { oid: type, parameters } = readAlgorithm(fields.take());
  const curve = parameters?.tag === tag.objectIdentifier ? oidOf(parameters) : undefined;
  const scheme = wanted ?? schemeOfKind(type, curve);
  const algorithm = platformAlgorithm(scheme, curve);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  return platformKey(key, scheme);
}

/** The usual scheme of a kind of key: RSA PKCS#1 v1.5, which everybody's software takes. */
function schemeOfKind(type: string, curve: string | undefined): SignatureScheme {
  if (type === oid.rsaEncryption) return { kind: "rsa-pkcs1", hash: "SHA-256" };
  if (type === oid.ed25519) return { kind: "ed25519" };
  const name = type === oid.ecPublicKey ? curveOf(curve) : undefined;
  if (!name) throw keysError("a key of RSA, P-256, P-384, P-521 or Ed25519");
  return { kind: "ecdsa", hash: hashOfCurve[name] };
}

const hashOfCurve: Readonly<Record<CurveName, HashName>> = {
  "P-256": "SHA-256",
  "P-384": "SHA-384",
  "P-521": "SHA-512",
};
type CurveName = "P-256" | "P-384" | "P-521";

function curveOf(curve: string | undefined): CurveName | undefined {
  const names: ReadonlyMap<string | undefined, CurveName> = new Map([
    [oid.p256, "P-256"],
    [oid.p384, "P-384"],
    [oid.p521, "P-521"],
  ]);
  return names.get(curve);
}

function schemeOfCertificate(certificate: Certificate | undefined): SignatureScheme {
  const key = certificate && readPublicKey(certificate.publicKey);
  if (!key || typeof key === "string") throw keysError("certificates, the signer's first");
  if (key.kind === "ed25519") return { kind: "ed25519" };
  if (key.kind === "ec") return { kind: "ecdsa", hash: hashOfCurve[key.curve] };
  return key.pssOnly ? { kind: "rsa-pss", hash: "SHA-256", saltLength: 32 } : { kind: "rsa-pkcs1", hash: "SHA-256" };
}

function platformAlgorithm(
  scheme: SignatureScheme,
  curve: string | undefined,
): EcKeyImportParams | RsaHashedImportParams {
  switch (scheme.kind) {
    case "ed25519":
      return { name: "Ed25519" } as EcKeyImportParams;
    case "ecdsa":
      return { name: "ECDSA", namedCurve: curveOf(curve) ?? "" };
    case "rsa-pkcs1":
      return { name: "RSASSA-PKCS1-v1_5", hash: scheme.hash };
    case "rsa-pss":
      return { name: "RSA-PSS", hash: scheme.hash };
  }
}

function platformKey(key: CryptoKey, wanted?: SignatureScheme): SigningKey {
  const scheme = schemeOfPlatformKey(key, wanted);
  const parameters = {
    "rsa-pkcs1": { name: "RSASSA-PKCS1-v1_5" },
    "rsa-pss": { name: "RSA-PSS", saltLength: scheme.kind === "rsa-pss" ? scheme.saltLength : 0 },
    ecdsa: { name: "ECDSA", hash: scheme.kind === "ecdsa" ? scheme.hash : "" },
    ed25519: { name: "Ed25519" },
  }[scheme.kind];
  return {
    scheme,
    certificates: [],
    sign: async (bytes) => {
      try {
        const signature = new Uint8Array(await crypto.subtle.sign(parameters, key, bytes));
        return scheme.kind === "ecdsa" ? derOfNumbers(signature) : signature;
      } catch (cause) {
        throw keysError("a private key that can sign", cause);
      }
    },
  };
}

function schemeOfPlatformKey({ type, usages, algorithm }: CryptoKey, wanted?: SignatureScheme): SignatureScheme {
  const { name, hash, namedCurve } = algorithm as KeyAlgorithm & { hash?: KeyAlgorithm; namedCurve?: string };
  if (type !== "private" || !usages.includes("sign")) throw keysError("a private key that may sign");
  const digest = (["SHA-256", "SHA-384", "SHA-512"] as const).find((known) => known === hash?.name);
  const own = ((): SignatureScheme | undefined => {
    if (name === "Ed25519") return { kind: "ed25519" };
    if (name === "ECDSA") {
      const curve = (["P-256", "P-384", "P-521"] as const).find((known) => known === namedCurve);
      return curve && { kind: "ecdsa", hash: hashOfCurve[curve] };
    }
    if (name === "RSASSA-PKCS1-v1_5" && digest) return { kind: "rsa-pkcs1", hash: digest };
    return name === "RSA-PSS" && digest ? { kind: "rsa-pss", hash: digest, saltLength: saltOf[digest] } : undefined;
  })();
  const isWanted = own && (!wanted || JSON.stringify({ ...wanted }) === JSON.stringify(own));
  if (!isWanted)
    throw keysError(wanted ? `a key for ${nameOf(wanted)}` : "a key of RSA, P-256, P-384, P-521 or Ed25519");
  return own;
}

const saltOf: Readonly<Record<HashName, number>> = { "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 };

function nameOf(scheme: SignatureScheme): string {
  return scheme.kind === "rsa-pss" ? `RSA-PSS with ${scheme.hash}` : scheme.kind;
}

function remoteKey(key: RemoteCertificateKey, scheme: SignatureScheme): SigningKey {
  return {
    scheme,
    certificates: [],
    sign: async (bytes) => {
      const signature = await key.sign(bytes, scheme);
      const read = typeof signature === "string" ? tryDecodeBase64(signature.trim()) : signature;
      if (!isTextOrBytes(read) || typeof read === "string") throw keysError("a signature from where the key is kept");
      const isNumbers = scheme.kind === "ecdsa" && [64, 96, 132].includes(read.length);
      return isNumbers ? derOfNumbers(read) : concatBytes(read);
    },
  };
}

/** ECDSA-Sig-Value (RFC 3279 §2.2.3) of two numbers one after the other. */
function derOfNumbers(numbers: Uint8Array): Bytes {
  const half = numbers.length / 2;
  return derSequence(derUnsignedInteger(numbers.subarray(0, half)), derUnsignedInteger(numbers.subarray(half)));
}

/** What a parser or the platform says about a private key may quote it: nothing of it goes into an error. */
function withoutSecrets(error: unknown, expected: string): CountersignError {
  return error instanceof CountersignError && error.code === "ERR_ALGORITHM_KEYS" ? error : keysError(expected);
}

function orKeysError<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw keysError("a PKCS#12 file as bytes or base64");
  }
}

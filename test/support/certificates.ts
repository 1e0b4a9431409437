import { constants, createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type Certificate, readCertificate } from "../../src/algorithms/shared/certificate.js";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derBitString, derNull, derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";
import { certificateExtension } from "./certificate-extensions.js";
import { derName, type TestName } from "./der-name.js";

/** The tests' own time, 2026-01-01, and a day, in milliseconds. */
export const testTime: number = Date.UTC(2026, 0, 1);
export const day: number = 86_400_000;

/** Kinds of keys; the RSA ones take a while to make and are made once for each `slot`. */
export type TestKeyKind =
  | "p256"
  | "p384"
  | "p521"
  | "ed25519"
  | "ed448"
  | "secp256k1"
  | "dsa"
  | `rsa${1024 | 2048 | 3072 | 4096}`
  | "rsa-pss2048";

/** How something is signed; the usual way of the key where nobody says. */
export interface TestSignatureScheme {
  /** `sha256` where absent. */
  readonly hash?: "sha1" | "sha224" | "sha256" | "sha384" | "sha512";
  /** RSASSA-PSS with this length of salt, MGF1 with the same digest. */
  readonly pssSaltLength?: number;
  /** An AlgorithmIdentifier to write in place of the true one. */
  readonly claimed?: Uint8Array;
}

/** A certificate with its private key. */
export interface TestCertificate {
  readonly der: Uint8Array<ArrayBuffer>;
  readonly privateKey: KeyObject;
  /** Name in DER. */
  readonly subject: Uint8Array;
  /** SHA-1 of the key, as subject key identifiers are by custom. */
  readonly keyId: Uint8Array;
  /** Contents of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly pem: string;
}

/** What a certificate is to say. */
export interface TestCertificateWishes {
  /** `Test` where absent. */
  readonly subject?: TestName;
  /** Who signs it; itself where absent. */
  readonly issuer?: TestCertificate;
  /** The issuer's name where it is to be another than the issuer's own. */
  readonly issuerName?: TestName;
  /** A kind, or somebody else's key; P-256 where absent. */
  readonly key?: TestKeyKind | KeyObject;
  /** Milliseconds since 1970: 30 days before and after {@link testTime} where absent. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Contents of the INTEGER; counted up where absent. */
  readonly serialNumber?: Uint8Array;
  readonly version?: 1 | 2 | 3;
  readonly signedBy?: TestSignatureScheme;
  /** Whole extensions, besides the key identifiers. Of an authority or leaf: see {@link makeAuthority}, {@link makeLeaf}. */
  readonly extensions?: readonly Uint8Array[];
  /** Leaves the key identifiers out. */
  readonly withoutKeyIds?: boolean;
}

/** Makes any certificate, right or wrong: in a fraction of a millisecond with the keys that are there by default. */
export function makeCertificate(wishes: TestCertificateWishes = {}): TestCertificate {
  const { key = "p256", issuer, version = 3 } = wishes;
  const privateKey = typeof key === "string" ? makeKey(key) : key;
  const publicKey = spkiOf(privateKey);
  const subject = derName(wishes.subject ?? "Test");
  const keyId = keyIdOf(publicKey);
  const signer = issuer?.privateKey ?? privateKey;
  const algorithm = wishes.signedBy?.claimed ?? algorithmOf(signer, wishes.signedBy);
  const serialNumber = wishes.serialNumber ?? nextSerialNumber();
  const ids = wishes.withoutKeyIds
    ? []
    : [certificateExtension.subjectKeyId(keyId), certificateExtension.authorityKeyId(issuer?.keyId ?? keyId)];
  const extensions = [...ids, ...(wishes.extensions ?? [])];
  const signedPart = derSequence(
    ...(version === 1 ? [] : [derValue(0xa0, derUnsignedInteger(Uint8Array.of(version - 1)))]),
    derValue(0x02, serialNumber),
    algorithm,
    wishes.issuerName === undefined ? (issuer?.subject ?? subject) : derName(wishes.issuerName),
    derSequence(derTime(wishes.notBefore ?? testTime - 30 * day), derTime(wishes.notAfter ?? testTime + 30 * day)),
    subject,
    publicKey,
    ...(version === 3 && extensions.length > 0 ? [derValue(0xa3, derSequence(...extensions))] : []),
  );
  const der = derSequence(signedPart, algorithm, derBitString(signBytes(signer, signedPart, wishes.signedBy)));
  return { der, privateKey, subject, keyId, serialNumber, pem: pemOf("CERTIFICATE", der) };
}

/** A CA as it should be: critical basicConstraints and key usage, then `extensions`. */
export function makeAuthority(wishes: TestCertificateWishes & { readonly pathLength?: number } = {}): TestCertificate {
  const { basicConstraints, keyUsage } = certificateExtension;
  const own = [basicConstraints(true, wishes.pathLength), keyUsage("keyCertSign", "cRLSign")];
  return makeCertificate({ subject: "Test CA", ...wishes, extensions: [...own, ...(wishes.extensions ?? [])] });
}

/** A signer's certificate as it should be: no CA, digitalSignature, then `extensions`. */
export function makeLeaf(wishes: TestCertificateWishes = {}): TestCertificate {
  const own = [certificateExtension.keyUsage("digitalSignature")];
  return makeCertificate({ subject: "Test leaf", ...wishes, extensions: [...own, ...(wishes.extensions ?? [])] });
}

/** A certificate as the code under test knows it. */
export function read({ der }: Pick<TestCertificate, "der">): Promise<Certificate> {
  return readCertificate(der);
}

let lastSerialNumber = 1000;
function nextSerialNumber(): Uint8Array {
  lastSerialNumber++;
  return Uint8Array.of(1, lastSerialNumber >> 8, lastSerialNumber);
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
export function derTime(time: number): Uint8Array {
  const digits = new Date(time).toISOString().replace(/[-:T]|\.\d+/g, "");
  return digits < "2050" && digits >= "1950" ? derValue(0x17, utf8(digits.slice(2))) : derValue(0x18, utf8(digits));
}

/** GeneralizedTime, whatever the year: OCSP has no other. */
export function derGeneralizedTime(time: number): Uint8Array {
  return derValue(0x18, utf8(new Date(time).toISOString().replace(/[-:T]|\.\d+/g, "")));
}

const madeKeys = new Map<string, KeyObject>();

/** A private key of a kind. Keys of RSA and DSA are the same for the same `slot`, since making one takes long. */
export function makeKey(kind: TestKeyKind, slot = 0): KeyObject {
  const known = madeKeys.get(`${kind} ${slot}`);
  if (known) return known;
  const key = generateKey(kind);
  if (kind.startsWith("rsa") || kind === "dsa") madeKeys.set(`${kind} ${slot}`, key);
  return key;
}

function generateKey(kind: TestKeyKind): KeyObject {
  const curves = { p256: "P-256", p384: "P-384", p521: "P-521", secp256k1: "secp256k1" } as const;
  if (kind in curves) {
    return generateKeyPairSync("ec", { namedCurve: curves[kind as keyof typeof curves] }).privateKey;
  }
  if (kind === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  if (kind === "ed448") return generateKeyPairSync("ed448").privateKey;
  if (kind === "dsa") return generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }).privateKey;
  if (kind === "rsa-pss2048") return generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync("rsa", { modulusLength: Number(kind.slice(3)) }).privateKey;
}

/** SubjectPublicKeyInfo in DER. */
export function spkiOf(privateKey: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(privateKey).export({ type: "spki", format: "der" }));
}

/** SHA-1 of the key in a SubjectPublicKeyInfo (RFC 5280 §4.2.1.2). */
export function keyIdOf(spki: Uint8Array): Uint8Array {
  const bits = derMembers(readDer(spki))[1]?.contents.subarray(1) ?? new Uint8Array();
  return new Uint8Array(createHash("sha1").update(bits).digest());
}

/** One PEM block. */
export function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

const rsaOids = {
  sha1: "1.2.840.113549.1.1.5",
  sha224: "1.2.840.113549.1.1.14",
  sha256: oid.sha256WithRsa,
  sha384: oid.sha384WithRsa,
  sha512: oid.sha512WithRsa,
};
const ecdsaOids = {
  sha1: "1.2.840.10045.4.1",
  sha224: "1.2.840.10045.4.3.1",
  sha256: oid.ecdsaWithSha256,
  sha384: oid.ecdsaWithSha384,
  sha512: oid.ecdsaWithSha512,
};
const hashOids = {
  sha1: oid.sha1,
  sha224: "2.16.840.1.101.3.4.2.4",
  sha256: oid.sha256,
  sha384: oid.sha384,
  sha512: oid.sha512,
};

/** The AlgorithmIdentifier of a digest, parameters absent. */
export function hashAlgorithm(hash: NonNullable<TestSignatureScheme["hash"]> = "sha256"): Uint8Array {
  return derSequence(encodedOid(hashOids[hash]));
}

/** The AlgorithmIdentifier under which a key signs. */
export function algorithmOf(
  privateKey: KeyObject,
  { hash = "sha256", pssSaltLength }: TestSignatureScheme = {},
): Uint8Array {
  switch (privateKey.asymmetricKeyType) {
    case "ec":
      return derSequence(encodedOid(ecdsaOids[hash]));
    case "ed25519":
      return derSequence(encodedOid(oid.ed25519));
    case "ed448":
      return derSequence(encodedOid("1.3.101.113"));
    case "dsa":
      return derSequence(encodedOid("2.16.840.1.101.3.4.3.2"));
    default:
      if (pssSaltLength === undefined && privateKey.asymmetricKeyType === "rsa")
        return derSequence(encodedOid(rsaOids[hash]), derNull());
      return pssAlgorithm(hash, hash, pssSaltLength ?? 32);
  }
}

/** RSASSA-PSS with these digests and this length of salt, whether or not anybody signs so. */
export function pssAlgorithm(
  hash: keyof typeof hashOids,
  maskHash: keyof typeof hashOids,
  saltLength: number,
): Uint8Array {
  const generator = derSequence(encodedOid(oid.mgf1), hashAlgorithm(maskHash));
  const parameters = derSequence(
    derValue(0xa0, hashAlgorithm(hash)),
    derValue(0xa1, generator),
    derValue(0xa2, derUnsignedInteger(Uint8Array.of(saltLength >> 8, saltLength))),
  );
  return derSequence(encodedOid(oid.rsaPss), parameters);
}

/** Signs as {@link algorithmOf} says. */
export function signBytes(
  privateKey: KeyObject,
  data: Uint8Array,
  { hash = "sha256", pssSaltLength }: TestSignatureScheme = {},
): Uint8Array {
  const type = privateKey.asymmetricKeyType;
  if (type === "ed25519" || type === "ed448") return new Uint8Array(sign(null, data, privateKey));
  const isPss = type === "rsa-pss" || (type === "rsa" && pssSaltLength !== undefined);
  const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pssSaltLength ?? 32 } : {};
  return new Uint8Array(sign(hash, data, { key: privateKey, ...padding }));
}

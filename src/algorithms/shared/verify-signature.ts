import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { verifyEd25519 } from "../../model/ed25519.js";
import { isDegeneratePoint } from "../../model/edwards-point.js";
import type { AlgorithmIdentifier } from "./algorithm-identifier.js";
import type { PublicKeyInfo } from "./certificate.js";
import { DerFields } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { tag } from "./der-tags.js";
import { type PublicKey, readPublicKey } from "./public-key.js";
import { type HashName, readScheme, type SignatureScheme } from "./signature-scheme.js";

/** What became of one signature's mathematics. `weak` and `unsupported` were not computed. */
export type SignatureOutcome = "right" | "wrong" | "weak" | "unsupported";

/** One signature to verify. */
export interface SignatureInput {
  readonly publicKey: PublicKeyInfo;
  readonly algorithm: AlgorithmIdentifier;
  /** The digest algorithm beside it, in CMS. */
  readonly digest?: AlgorithmIdentifier;
  readonly signature: Bytes;
  /** What is signed: the bytes, not their digest. */
  readonly data: Bytes;
}

/**
 * Whether a signature over `data` is right, by RSA PKCS#1 v1.5 or PSS, ECDSA or Ed25519.
 *
 * Key and algorithm must be of one kind: a key for RSASSA-PSS verifies nothing else. Whatever is malformed is `wrong`.
 *
 * @throws what the platform throws where it cannot compute; never for what a stranger wrote
 */
export async function verifySignature(input: SignatureInput): Promise<SignatureOutcome> {
  try {
    const scheme = readScheme(input.algorithm, input.digest);
    if (typeof scheme === "string") return scheme;
    const key = publicKeyOf(input.publicKey);
    if (typeof key === "string") return key;
    return await verifyBy(scheme, key, input);
  } catch (error) {
    if (error instanceof CountersignError && error.code === "ERR_DER_MALFORMED") return "wrong";
    throw error;
  }
}

const readKeys = new WeakMap<PublicKeyInfo, ReturnType<typeof readPublicKey>>();

function publicKeyOf(info: PublicKeyInfo): ReturnType<typeof readPublicKey> {
  const key = readKeys.get(info) ?? readPublicKey(info);
  readKeys.set(info, key);
  return key;
}

async function verifyBy(scheme: SignatureScheme, key: PublicKey, input: SignatureInput): Promise<SignatureOutcome> {
  const { signature, data } = input;
  if (scheme.kind === "ed25519" && key.kind === "ed25519") {
    if (isDegeneratePoint("ed25519", key.point)) return "weak";
    return rightIf(await verifyEd25519(key.point, signature, data));
  }
  if (scheme.kind === "ecdsa" && key.kind === "ec") {
    const numbers = fixedNumbers(signature, key.fieldBytes);
    const { name, parameters } = { name: "ECDSA", parameters: { namedCurve: key.curve } };
    return verifyByPlatform(key, { name, ...parameters }, { name, hash: scheme.hash }, numbers, data);
  }
  const isRsa = scheme.kind === "rsa-pkcs1" || scheme.kind === "rsa-pss";
  if (!isRsa || key.kind !== "rsa" || !mayVerify(key, scheme)) return "wrong";
  if (signature.length !== Math.ceil(key.modulusBits / 8) || !hasRoom(key, scheme)) return "wrong";
  const name = scheme.kind === "rsa-pss" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
  const salt = scheme.kind === "rsa-pss" ? { saltLength: scheme.saltLength } : {};
  return verifyByPlatform(key, { name, hash: scheme.hash }, { name, ...salt }, signature, data);
}

/** RFC 4055 §3.3: the digest is the key's own, the salt at least as long. */
function mayVerify({ pssOnly }: Extract<PublicKey, { kind: "rsa" }>, scheme: SignatureScheme): boolean {
  if (pssOnly === undefined) return true;
  if (scheme.kind !== "rsa-pss") return false;
  return pssOnly === "any" || (pssOnly.hash === scheme.hash && pssOnly.saltLength <= scheme.saltLength);
}

const hashBytes: Readonly<Record<HashName, number>> = { "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 };

/** RFC 8017 §9.1.2, step 3; platforms throw for a salt that cannot be, in place of saying that the signature is wrong. */
function hasRoom({ modulusBits }: Extract<PublicKey, { kind: "rsa" }>, scheme: SignatureScheme): boolean {
  if (scheme.kind !== "rsa-pss") return true;
  return Math.ceil((modulusBits - 1) / 8) >= hashBytes[scheme.hash] + scheme.saltLength + 2;
}

type ImportAlgorithm = RsaHashedImportParams | EcKeyImportParams;
type VerifyAlgorithm = Parameters<SubtleCrypto["verify"]>[0];

const importedKeys = new WeakMap<PublicKey, Map<string, Promise<CryptoKey | undefined>>>();

async function verifyByPlatform(
  key: PublicKey,
  importAs: ImportAlgorithm,
  algorithm: VerifyAlgorithm,
  signature: Bytes,
  data: Bytes,
): Promise<SignatureOutcome> {
  const imported = await importKey(key, importAs);
  return imported ? rightIf(await crypto.subtle.verify(algorithm, imported, signature, data)) : "wrong";
}

/** Taken in once for each algorithm; `undefined` for a key that the platform refuses, such as a point off its curve. */
function importKey(key: PublicKey, algorithm: ImportAlgorithm): Promise<CryptoKey | undefined> {
  const known = importedKeys.get(key) ?? new Map<string, Promise<CryptoKey | undefined>>();
  importedKeys.set(key, known);
  const name = JSON.stringify(algorithm);
  const imported =
    known.get(name) ??
    crypto.subtle.importKey("spki", key.spki, algorithm, false, ["verify"]).catch((error: unknown) => {
      if (error instanceof Error && error.name === "DataError") return undefined;
      known.delete(name);
      throw error;
    });
  known.set(name, imported);
  return imported;
}

function rightIf(isRight: boolean): SignatureOutcome {
  return isRight ? "right" : "wrong";
}

/** Ecdsa-Sig-Value (RFC 3279 §2.2.3) as WebCrypto takes it: both numbers in fixed length. */
function fixedNumbers(signature: Bytes, length: number): Bytes {
  const fields = new DerFields(readStrictDer(signature, 2 * length + 16));
  const numbers = [fields.take(tag.integer).contents, fields.take(tag.integer).contents];
  fields.end();
  const fixed = numbers.map((number) => {
    const digits = number[0] === 0 ? number.subarray(1) : number;
    if ((number[0] ?? 0x80) >= 0x80 || digits.length > length) return undefined;
    return concatBytes(new Uint8Array(length - digits.length), digits);
  });
  const [r, s] = fixed;
  // Zeros verify nothing: what a number of another sign or size becomes.
  return r && s ? concatBytes(r, s) : new Uint8Array(2 * length);
}

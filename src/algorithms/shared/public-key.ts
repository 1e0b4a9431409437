import { type Bytes, concatBytes, sha256, toHex } from "../../encoding/bytes.js";
import { readDer } from "../../encoding/der-reader.js";
import { derBitString, derNull, derSequence, derUnsignedInteger } from "../../encoding/der-writer.js";
import { hasNoParameters } from "./algorithm-identifier.js";
import type { PublicKeyInfo } from "./certificate.js";
import { DerFields, malformedDer, oidOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { tag } from "./der-tags.js";
import { encodedOid } from "./encoded-oid.js";
import { oid } from "./object-identifiers.js";
import { type RefusedScheme, readPssParameters, type SignatureScheme } from "./signature-scheme.js";

/** A public key that signatures can be verified with. */
export type PublicKey =
  | {
      readonly kind: "rsa";
      /** SubjectPublicKeyInfo with rsaEncryption, whatever the certificate's says. */
      readonly spki: Bytes;
      readonly modulusBits: number;
      /** Set where the key is for RSASSA-PSS alone: `any` parameters, or at least these. */
      readonly pssOnly?: "any" | Extract<SignatureScheme, { kind: "rsa-pss" }>;
    }
  | {
      readonly kind: "ec";
      readonly spki: Bytes;
      readonly curve: "P-256" | "P-384" | "P-521";
      /** Bytes of a coordinate. */
      readonly fieldBytes: number;
    }
  | { readonly kind: "ed25519"; readonly spki: Bytes; readonly point: Bytes };

const curves: ReadonlyMap<string, { readonly curve: "P-256" | "P-384" | "P-521"; readonly fieldBytes: number }> =
  new Map([
    [oid.p256, { curve: "P-256", fieldBytes: 32 }],
    [oid.p384, { curve: "P-384", fieldBytes: 48 }],
    [oid.p521, { curve: "P-521", fieldBytes: 66 }],
  ]);

const dsa = "1.2.840.10040.4.1";
const minModulusBits = 2048;
/** Larger ones take a library seconds. */
const maxModulusBits = 8192;
const maxExponentBytes = 8;

/**
 * The key in a SubjectPublicKeyInfo: RSA of 2048 to 8192 bits, P-256, P-384, P-521 with uncompressed points, Ed25519. Weak:
 * smaller RSA keys, exponents that are even or 1, DSA. All else is not supported.
 *
 * Whether a point lies on its curve is checked by whoever verifies with it.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 * @see RFC 3279, section 2.3; RFC 4055, section 1.2; RFC 5480; RFC 8410
 */
export function readPublicKey(info: PublicKeyInfo): PublicKey | RefusedScheme {
  const { algorithm, key } = info;
  switch (algorithm.oid) {
    case oid.rsaEncryption:
      if (!hasNoParameters(algorithm)) throw malformedDer("an RSA key without parameters");
      return readRsa(key);
    case oid.rsaPss: {
      const rsa = readRsa(key);
      if (typeof rsa === "string") return rsa;
      const pssOnly = algorithm.parameters ? readPssParameters(algorithm.parameters) : "any";
      return pssOnly === "weak" || pssOnly === "unsupported" ? pssOnly : { ...rsa, pssOnly };
    }
    case oid.ecPublicKey:
      return readEc(info);
    case oid.ed25519:
      if (algorithm.parameters || key.length !== 32) throw malformedDer("an Ed25519 key");
      return { kind: "ed25519", spki: info.encoded, point: concatBytes(key) };
    case dsa:
      return "weak";
    default:
      return "unsupported";
  }
}

/**
 * The key's identity across algorithms (PROTOCOL: keyHash): SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal.
 *
 * A key for RSASSA-PSS alone, and RSA with its NULL left out, hash as the plain RSA key that they are; a key of a kind that is
 * not supported as it is written.
 */
export async function keyHashOf(info: PublicKeyInfo): Promise<string> {
  return toHex(await sha256(canonicalSpki(info)));
}

function canonicalSpki(info: PublicKeyInfo): Bytes {
  try {
    const isRsa = info.algorithm.oid === oid.rsaEncryption || info.algorithm.oid === oid.rsaPss;
    return isRsa ? rsaSpki(info.key) : info.encoded;
  } catch {
    return info.encoded;
  }
}

function readRsa(key: Uint8Array): Extract<PublicKey, { kind: "rsa" }> | RefusedScheme {
  const fields = new DerFields(readStrictDer(key, key.length));
  const [modulus, exponent] = [fields.take(tag.integer).contents, fields.take(tag.integer).contents];
  fields.end();
  if ((modulus[0] ?? 0) >= 0x80 || (exponent[0] ?? 0) >= 0x80) throw malformedDer("positive numbers");
  const bits = bitLength(modulus);
  const isEven = (number: Uint8Array): boolean => ((number.at(-1) ?? 0) & 1) === 0;
  if (bits < minModulusBits || isEven(modulus) || isEven(exponent)) return "weak";
  if (bitLength(exponent) < 2) return "weak";
  if (bits > maxModulusBits || exponent.length > maxExponentBytes) return "unsupported";
  return { kind: "rsa", spki: rsaSpki(key), modulusBits: bits };
}

function bitLength(unsigned: Uint8Array): number {
  const first = unsigned.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (unsigned.length - first) * 8 - (Math.clz32(unsigned[first] ?? 0) - 24);
}

function rsaSpki(key: Uint8Array): Bytes {
  const fields = new DerFields(readDer(key));
  const numbers = [fields.take(tag.integer), fields.take(tag.integer)];
  const written = derSequence(...numbers.map(({ contents }) => derUnsignedInteger(contents)));
  return derSequence(derSequence(encodedOid(oid.rsaEncryption), derNull()), derBitString(written));
}

function readEc({ algorithm, key, encoded }: PublicKeyInfo): PublicKey | RefusedScheme {
  const { parameters } = algorithm;
  if (!parameters) throw malformedDer("the curve of a key");
  const curve = parameters.tag === tag.objectIdentifier ? curves.get(oidOf(parameters)) : undefined;
  if (!curve || key[0] === 2 || key[0] === 3) return "unsupported";
  if (key[0] !== 4 || key.length !== 1 + 2 * curve.fieldBytes) throw malformedDer("a point of the curve");
  return { kind: "ec", spki: encoded, ...curve };
}

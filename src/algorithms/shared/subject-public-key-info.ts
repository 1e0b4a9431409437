import type { Bytes } from "../../encoding/bytes.js";
import {
  derBitString,
  derNull,
  derObjectIdentifier,
  derSequence,
  derUnsignedInteger,
} from "../../encoding/der-writer.js";

/** 1.2.840.113549.1.1.1 (RFC 3279 §2.3.1). */
const rsaEncryption = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);
/** 1.2.840.10045.2.1 (RFC 5480 §2.1.1). */
const ecPublicKey = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
/** 1.3.101.112 and 1.3.101.113 (RFC 8410 §3). */
const edwardsCurves = { ed25519: Uint8Array.of(0x2b, 0x65, 0x70), ed448: Uint8Array.of(0x2b, 0x65, 0x71) };

/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of an RSA key; both numbers big-endian, leading zeros allowed. */
export function rsaKeyInfo(modulus: Uint8Array, exponent: Uint8Array): Bytes {
  const numbers = derSequence(derUnsignedInteger(modulus), derUnsignedInteger(exponent));
  return keyInfo([derObjectIdentifier(rsaEncryption), derNull()], numbers);
}

/** SubjectPublicKeyInfo of a key on a curve that an object identifier (its encoded contents) names; `point` as it is encoded. */
export function ecKeyInfo(curve: Uint8Array, point: Uint8Array): Bytes {
  return keyInfo([derObjectIdentifier(ecPublicKey), derObjectIdentifier(curve)], point);
}

/** SubjectPublicKeyInfo of an Ed25519 or Ed448 key. Does not look at the point. */
export function edwardsKeyInfo(curve: "ed25519" | "ed448", point: Uint8Array): Bytes {
  return keyInfo([derObjectIdentifier(edwardsCurves[curve])], point);
}

function keyInfo(algorithm: readonly Uint8Array[], publicKey: Uint8Array): Bytes {
  return derSequence(derSequence(...algorithm), derBitString(publicKey));
}

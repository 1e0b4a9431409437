import { type Bytes, sha256, toHex } from "../../encoding/bytes.js";
import {
  derBitString,
  derNull,
  derObjectIdentifier,
  derSequence,
  derUnsignedInteger,
} from "../../encoding/der-writer.js";
import type { KeyPacket } from "./library.js";
import { keyAlgorithm } from "./strength.js";

/** 1.2.840.113549.1.1.1 (RFC 3279 §2.3.1). */
const rsaEncryption = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);
/** 1.2.840.10045.2.1 (RFC 5480 §2.1.1). */
const ecPublicKey = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
/** 1.3.101.112 and 1.3.101.113 (RFC 8410 §3). */
const ed25519 = Uint8Array.of(0x2b, 0x65, 0x70);
const ed448 = Uint8Array.of(0x2b, 0x65, 0x71);

/**
 * The SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of an OpenPGP key, so that one key has one identity in every algorithm.
 *
 * @returns `undefined` for a kind of key that X.509 has no form for here
 */
export function subjectPublicKeyInfo(key: KeyPacket): Bytes | undefined {
  const { n, e, oid, Q, A } = key.publicParams;
  switch (key.algorithm) {
    case keyAlgorithm.rsa:
    case keyAlgorithm.rsaSign:
      if (!n || !e) return undefined;
      return keyInfo(
        [derObjectIdentifier(rsaEncryption), derNull()],
        derSequence(derUnsignedInteger(n), derUnsignedInteger(e)),
      );
    case keyAlgorithm.ecdsa:
      return oid && Q && keyInfo([derObjectIdentifier(ecPublicKey), derObjectIdentifier(oid.oid)], Q);
    case keyAlgorithm.eddsaLegacy:
      return Q?.[0] === 0x40 ? keyInfo([derObjectIdentifier(ed25519)], Q.subarray(1)) : undefined;
    case keyAlgorithm.ed25519:
      return A && keyInfo([derObjectIdentifier(ed25519)], A);
    case keyAlgorithm.ed448:
      return A && keyInfo([derObjectIdentifier(ed448)], A);
    default:
      return undefined;
  }
}

/** SHA-256 of {@link subjectPublicKeyInfo}, lower-case hexadecimal. */
export async function keyHashOf(key: KeyPacket): Promise<string | undefined> {
  const info = subjectPublicKeyInfo(key);
  return info && toHex(await sha256(info));
}

function keyInfo(algorithm: readonly Uint8Array[], publicKey: Uint8Array): Bytes {
  return derSequence(derSequence(...algorithm), derBitString(publicKey));
}

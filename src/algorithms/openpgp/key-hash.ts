import { type Bytes, sha256, toHex } from "../../encoding/bytes.js";
import { ecKeyInfo, edwardsKeyInfo, rsaKeyInfo } from "../shared/subject-public-key-info.js";
import type { KeyPacket } from "./library.js";
import { keyAlgorithm } from "./strength.js";

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
      return n && e && rsaKeyInfo(n, e);
    case keyAlgorithm.ecdsa:
      return oid && Q && ecKeyInfo(oid.oid, Q);
    case keyAlgorithm.eddsaLegacy:
      return Q?.[0] === 0x40 ? edwardsKeyInfo("ed25519", Q.subarray(1)) : undefined;
    case keyAlgorithm.ed25519:
      return A && edwardsKeyInfo("ed25519", A);
    case keyAlgorithm.ed448:
      return A && edwardsKeyInfo("ed448", A);
    default:
      return undefined;
  }
}

/** SHA-256 of {@link subjectPublicKeyInfo}, lower-case hexadecimal. */
export async function keyHashOf(key: KeyPacket): Promise<string | undefined> {
  const info = subjectPublicKeyInfo(key);
  return info && toHex(await sha256(info));
}

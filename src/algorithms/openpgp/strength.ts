import { toHex } from "../../encoding/bytes.js";
import type { ReportCode } from "../../model/report.js";

/** Public-key algorithms (RFC 9580 §9.1). */
export const keyAlgorithm = {
  rsa: 1,
  rsaEncrypt: 2,
  rsaSign: 3,
  elgamalEncrypt: 16,
  dsa: 17,
  ecdsa: 19,
  elgamal: 20,
  eddsaLegacy: 22,
  ed25519: 27,
  ed448: 28,
} as const;

const rsaAlgorithms: ReadonlySet<number> = new Set([keyAlgorithm.rsa, keyAlgorithm.rsaSign]);
const refusedKeys: ReadonlySet<number> = new Set([keyAlgorithm.elgamalEncrypt, keyAlgorithm.dsa, keyAlgorithm.elgamal]);
const curveAlgorithms: ReadonlySet<number> = new Set([
  keyAlgorithm.ecdsa,
  keyAlgorithm.eddsaLegacy,
  keyAlgorithm.ed25519,
  keyAlgorithm.ed448,
]);

/** NIST P-256, P-384, P-521, secp256k1, Brainpool P256r1, P384r1, P512r1 and the older Ed25519, as encoded OIDs. */
const knownCurves: ReadonlySet<string> = new Set([
  "2a8648ce3d030107",
  "2b81040022",
  "2b81040023",
  "2b8104000a",
  "2b2403030208010107",
  "2b240303020801010b",
  "2b240303020801010d",
  "2b06010401da470f01",
]);

/** MD5, SHA-1, RIPEMD-160. */
const refusedHashes: ReadonlySet<number> = new Set([1, 2, 3]);
/** SHA-256, -384, -512, -224, SHA3-256, SHA3-512. */
const acceptedHashes: ReadonlySet<number> = new Set([8, 9, 10, 11, 12, 14]);
/** SHA-512, SHA3-512. */
const longHashes: ReadonlySet<number> = new Set([10, 14]);
/** MD5, SHA-1, RIPEMD-160, SHA-224. */
const shortHashes: ReadonlySet<number> = new Set([1, 2, 3, 11]);

/** Why a signature of this digest counts for nothing, or `undefined` where it may count. */
export function hashFault(hash: number): ReportCode | undefined {
  if (refusedHashes.has(hash)) return "weak-algorithm";
  return acceptedHashes.has(hash) ? undefined : "unsupported-key";
}

/** Whether EdDSA is not defined over this digest (RFC 9580 §5.2.3.3 to §5.2.3.5). */
export function isDigestTooShort(hash: number, keyAlgorithmId: number): boolean {
  if (keyAlgorithmId === keyAlgorithm.ed448) return !longHashes.has(hash);
  const isEdDsa = keyAlgorithmId === keyAlgorithm.ed25519 || keyAlgorithmId === keyAlgorithm.eddsaLegacy;
  return isEdDsa && shortHashes.has(hash);
}

/** Why a key of this algorithm counts for nothing, as far as the number tells. */
export function keyAlgorithmFault(algorithm: number): ReportCode | undefined {
  if (refusedKeys.has(algorithm)) return "weak-algorithm";
  return rsaAlgorithms.has(algorithm) || curveAlgorithms.has(algorithm) ? undefined : "unsupported-key";
}

/** Whether a key packet's body is of a version, an algorithm and a curve that are known here. */
export function isKnownKind(body: Uint8Array): boolean {
  const version = body[0];
  const algorithm = body[5] ?? 0;
  if ((version !== 4 && version !== 6) || keyAlgorithmFault(algorithm) === "unsupported-key") return false;
  if (algorithm !== keyAlgorithm.ecdsa && algorithm !== keyAlgorithm.eddsaLegacy) return true;
  const start = version === 6 ? 10 : 6;
  const length = body[start] ?? 0;
  return knownCurves.has(toHex(body.subarray(start + 1, start + 1 + length)));
}

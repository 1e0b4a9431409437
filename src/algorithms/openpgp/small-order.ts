import type { KeyPacket } from "./library.js";
import { keyAlgorithm } from "./strength.js";

interface EdwardsCurve {
  /** Order of the field. */
  readonly prime: bigint;
  /** Bytes of an encoded point; the highest bit of the last one is the sign of x (RFC 8032 §5.1.2, §5.2.2). */
  readonly length: number;
  /** y of every point whose order divides the cofactor. */
  readonly smallOrder: ReadonlySet<bigint>;
}

const prime25519 = 2n ** 255n - 19n;
const prime448 = 2n ** 448n - 2n ** 224n - 1n;
const yOfOrder8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

const ed25519: EdwardsCurve = {
  prime: prime25519,
  length: 32,
  // Orders 1, 2, 4 and, by two values of y, 8.
  smallOrder: new Set([1n, prime25519 - 1n, 0n, yOfOrder8, prime25519 - yOfOrder8]),
};
const ed448: EdwardsCurve = { prime: prime448, length: 57, smallOrder: new Set([1n, prime448 - 1n, 0n]) };

/**
 * Whether an EdDSA key is a point of small order or not encoded canonically.
 *
 * Under such a key a signature made without any private key verifies over whatever one likes. No library refuses it, since
 * RFC 8032 §5.1.7 does not ask for it: to them the holder of a key harms nobody but himself. Here a key speaks for users.
 */
export function isDegenerate(key: KeyPacket): boolean {
  const { Q, A } = key.publicParams;
  switch (key.algorithm) {
    case keyAlgorithm.eddsaLegacy:
      return isDegeneratePoint(ed25519, Q?.subarray(1));
    case keyAlgorithm.ed25519:
      return isDegeneratePoint(ed25519, A);
    case keyAlgorithm.ed448:
      return isDegeneratePoint(ed448, A);
    default:
      return false;
  }
}

function isDegeneratePoint(curve: EdwardsCurve, point: Uint8Array | undefined): boolean {
  if (point?.length !== curve.length) return true;
  let y = 0n;
  for (let index = point.length - 1; index >= 0; index--) y = y * 256n + BigInt(point[index] ?? 0);
  y &= (1n << BigInt(curve.length * 8 - 1)) - 1n;
  return y >= curve.prime || curve.smallOrder.has(y);
}

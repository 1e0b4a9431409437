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

const curves: Readonly<Record<"ed25519" | "ed448", EdwardsCurve>> = {
  ed25519: {
    prime: prime25519,
    length: 32,
    // Orders 1, 2, 4 and, by two values of y, 8.
    smallOrder: new Set([1n, prime25519 - 1n, 0n, yOfOrder8, prime25519 - yOfOrder8]),
  },
  ed448: { prime: prime448, length: 57, smallOrder: new Set([1n, prime448 - 1n, 0n]) },
};

/**
 * Whether an encoded point is of small order, not encoded canonically, or of a wrong length.
 *
 * Under a key of small order a signature made without any private key verifies over whatever one likes. No library refuses it,
 * since RFC 8032 §5.1.7 does not ask for it: to them the holder of a key harms nobody but himself. Here a key speaks for users.
 *
 * Does not check that the point lies on the curve: whoever verifies with it does.
 */
export function isDegeneratePoint(curve: "ed25519" | "ed448", point: Uint8Array | undefined): boolean {
  const { length, prime, smallOrder } = curves[curve];
  if (point?.length !== length) return true;
  const y = littleEndian(point) & ((1n << BigInt(length * 8 - 1)) - 1n);
  return y >= prime || smallOrder.has(y);
}

/** The number that `bytes` spell, least significant byte first. */
export function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) number = number * 256n + BigInt(bytes[index] ?? 0);
  return number;
}

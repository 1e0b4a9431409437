/** A curve that ECDSA keys of SSH lie on. */
export interface Curve {
  /** WebCrypto's name. */
  readonly name: string;
  /** Bytes of a coordinate, and of each number of a signature. */
  readonly octets: number;
  /** The digest that belongs to it (RFC 5656 §6.2.1). */
  readonly hash: string;
  /** Object identifier, encoded (RFC 5480 §2.1.1.1). */
  readonly identifier: Uint8Array;
}

/** The curves by the names that SSH gives them. */
export const curves: ReadonlyMap<string, Curve> = new Map([
  [
    "nistp256",
    {
      name: "P-256",
      octets: 32,
      hash: "SHA-256",
      identifier: Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07),
    },
  ],
  ["nistp384", { name: "P-384", octets: 48, hash: "SHA-384", identifier: Uint8Array.of(0x2b, 0x81, 0x04, 0x00, 0x22) }],
  ["nistp521", { name: "P-521", octets: 66, hash: "SHA-512", identifier: Uint8Array.of(0x2b, 0x81, 0x04, 0x00, 0x23) }],
]);

import type { ReportCode } from "../../model/report.js";

/** Moduli below are refused (PROTOCOL, "Algorithms"), above they are not computed. */
const minModulusBits = 2048;
const maxModulusBits = 16_384;
/** Exponents above are not computed: they make one verification cost seconds. */
const maxExponentBits = 32;

/** Why an RSA key counts for nothing: too short, an exponent of one, or numbers that take seconds to compute with. */
export function rsaFault(modulus: Uint8Array, exponent: Uint8Array): ReportCode | undefined {
  const bits = bitLength(modulus);
  const exponentBits = bitLength(exponent);
  if (bits < minModulusBits || exponentBits < 2) return "weak-algorithm";
  return bits > maxModulusBits || exponentBits > maxExponentBits ? "unsupported-key" : undefined;
}

function bitLength(bigEndian: Uint8Array): number {
  const first = bigEndian.findIndex((byte) => byte !== 0);
  if (first < 0) return 0;
  return (bigEndian.length - first - 1) * 8 + (32 - Math.clz32(bigEndian[first] ?? 0));
}

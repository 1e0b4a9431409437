import { type Bytes, concatBytes } from "./bytes.js";

/** One DER value: `tag`, the length in its shortest form, `contents` (X.690 §8.1, §10.1). */
export function derValue(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const length = contents.reduce((total, part) => total + part.length, 0);
  return concatBytes(Uint8Array.of(tag, ...lengthOctets(length)), ...contents);
}

/** SEQUENCE of values that are DER already. */
export function derSequence(...values: readonly Uint8Array[]): Bytes {
  return derValue(0x30, ...values);
}

/** OBJECT IDENTIFIER from its encoded contents, without tag and length. */
export function derObjectIdentifier(contents: Uint8Array): Bytes {
  return derValue(0x06, contents);
}

/** INTEGER of an unsigned big-endian number, leading zeros allowed: written in its shortest form. */
export function derUnsignedInteger(bigEndian: Uint8Array): Bytes {
  const start = bigEndian.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Uint8Array.of(0) : bigEndian.subarray(start);
  return (digits[0] ?? 0) < 0x80 ? derValue(0x02, digits) : derValue(0x02, Uint8Array.of(0), digits);
}

/** BIT STRING of whole bytes. */
export function derBitString(bytes: Uint8Array): Bytes {
  return derValue(0x03, Uint8Array.of(0), bytes);
}

/** NULL. */
export function derNull(): Bytes {
  return derValue(0x05);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

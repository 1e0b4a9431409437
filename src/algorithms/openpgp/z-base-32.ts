const alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";

/**
 * The bytes in z-base-32 (RFC 6189 §5.1.6).
 *
 * @param bytes a multiple of 5
 */
export function encodeZBase32(bytes: Uint8Array): string {
  let text = "";
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >> (bits - 5)) & 31] ?? "";
    value &= 31;
  }
  return text;
}

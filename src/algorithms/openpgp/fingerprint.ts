import { type Bytes, concatBytes, sha256, toHex } from "../../encoding/bytes.js";
import { readNumber } from "./packets.js";

/**
 * The fingerprint of a public-key packet's body in upper-case hexadecimal (RFC 9580 §5.5.4): 40 digits for version 4, 64 for
 * versions 5 and 6, `undefined` for any other.
 */
export async function fingerprintOf(body: Uint8Array): Promise<string | undefined> {
  switch (body[0]) {
    case 4:
      return body.length > 0xffff ? undefined : hex(await sha1(concatBytes(prefix(0x99, body.length, 2), body)));
    case 5:
      return hex(await sha256(concatBytes(prefix(0x9a, body.length, 4), body)));
    case 6:
      return hex(await sha256(concatBytes(prefix(0x9b, body.length, 4), body)));
    default:
      return undefined;
  }
}

/** What signatures call a key that made them: its fingerprint, and its key ID. */
export function issuerNames(fingerprint: string): readonly [string, string] {
  return [fingerprint, keyIdOf(fingerprint)];
}

/** Whether one of these issuers is the key of that fingerprint. */
export function isNamedIn(issuers: readonly string[], fingerprint: string): boolean {
  return issuerNames(fingerprint).some((name) => issuers.includes(name));
}

/** The key ID that belongs to a fingerprint: 16 upper-case digits (RFC 9580 §5.5.4). */
function keyIdOf(fingerprint: string): string {
  return fingerprint.length === 40 ? fingerprint.slice(-16) : fingerprint.slice(0, 16);
}

/** Creation time of a key packet, milliseconds since 1970. @throws Fault `malformed` */
export function keyCreatedMs(body: Uint8Array): number {
  return readNumber(body, 1, 4) * 1000;
}

/** SHA-1 names version 4 keys; it vouches for nothing here. */
async function sha1(bytes: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
}

function prefix(octet: number, length: number, octets: number): Uint8Array {
  const bytes = new Uint8Array(1 + octets);
  bytes[0] = octet;
  for (let index = octets, rest = length; index > 0; index--, rest = Math.floor(rest / 256)) bytes[index] = rest % 256;
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}

import { concatBytes, toHex } from "../../encoding/bytes.js";
import { Fault } from "../shared/fault.js";
import { readNumber } from "./packets.js";
import { readSubpackets, type Subpacket, type SubpacketContents, subpacketContents } from "./subpackets.js";

/** Signature types (RFC 9580 §5.2.1). */
export const signatureType = {
  binary: 0x00,
  text: 0x01,
  certificationGeneric: 0x10,
  certificationPersona: 0x11,
  certificationPositive: 0x13,
  subkeyBinding: 0x18,
  primaryKeyBinding: 0x19,
  directKey: 0x1f,
  keyRevocation: 0x20,
  subkeyRevocation: 0x28,
  certificationRevocation: 0x30,
} as const;

/** A signature packet taken apart. Everything but {@link ParsedSignature.embedded} and `issuers` is what was signed. */
export interface ParsedSignature extends SubpacketContents {
  readonly version: number;
  readonly type: number;
  readonly keyAlgorithm: number;
  readonly hashAlgorithm: number;
  /** Packet body with an empty unhashed area: nobody signed what stands there. */
  readonly body: Uint8Array;
}

/**
 * Takes the body of a signature packet of version 4 or 6 apart (RFC 9580 §5.2.3).
 *
 * Verifies nothing, and does not look into the numbers that make up the signature itself.
 *
 * @throws Fault `malformed`; `unsupported-key` for version 5, which only LibrePGP keys make
 */
export function parseSignature(body: Uint8Array): ParsedSignature {
  const version = readNumber(body, 0, 1);
  if (version === 5) throw new Fault("unsupported-key");
  if (version !== 4 && version !== 6) throw new Fault("malformed");
  const countOctets = version === 6 ? 4 : 2;
  const hashed = readArea(body, 4, countOctets);
  const unhashed = readArea(body, hashed.end, countOctets);
  const signed = body.subarray(0, hashed.end);
  const rest = body.subarray(unhashed.end);
  if (rest.length < 3) throw new Fault("malformed");
  return {
    version,
    type: readNumber(body, 1, 1),
    keyAlgorithm: readNumber(body, 2, 1),
    hashAlgorithm: readNumber(body, 3, 1),
    ...subpacketContents(hashed.subpackets, unhashed.subpackets),
    body: concatBytes(signed, new Uint8Array(countOctets), rest),
  };
}

/** A text that is the same for two copies of a signature that differ only in what is not signed. */
export function identityOf(signature: ParsedSignature): string {
  return toHex(signature.body);
}

/** The signature, or `undefined` where {@link parseSignature} would throw. */
export function tryParseSignature(body: Uint8Array): ParsedSignature | undefined {
  try {
    return parseSignature(body);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function readArea(body: Uint8Array, offset: number, octets: number): { subpackets: Subpacket[]; end: number } {
  const length = readNumber(body, offset, octets);
  const start = offset + octets;
  if (start + length > body.length) throw new Fault("malformed");
  return { subpackets: readSubpackets(body.subarray(start, start + length)), end: start + length };
}

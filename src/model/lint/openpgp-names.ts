import { decodeUtf8 } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";

const tag = { signature: 2, publicKey: 6, userId: 13, userAttribute: 17 } as const;
const signerUserId = 28;

/** What OpenPGP packets say about people. */
export interface OpenPgpNames {
  /** Whether a public key comes first: a certificate, not a signature. */
  readonly isKey: boolean;
  /** User IDs, and the "Signer's User ID" of signatures (RFC 9580 §5.2.3.30), signed or not. */
  readonly names: readonly string[];
  /** Whether there is a user attribute: a photograph. */
  readonly hasPhoto: boolean;
}

/** Whether `bytes` start as OpenPGP packets that the lint looks into: a signature or a public key. */
export function looksOpenPgp(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  if (first < 0x80) return false;
  const type = typeOf(first);
  return type === tag.signature || type === tag.publicKey;
}

/**
 * Reads the names in OpenPGP packets (RFC 9580 §4.2, §5.2.3). Verifies nothing.
 *
 * @throws CountersignError `ERR_SIGNATURE_VALUE` for lengths that do not fit
 */
export function readOpenPgpNames(bytes: Uint8Array): OpenPgpNames {
  const packets = readPackets(bytes);
  return {
    isKey: packets[0]?.type === tag.publicKey,
    names: packets.flatMap(({ type, body }) => {
      if (type === tag.userId) return [textOf(body)];
      return type === tag.signature ? signerUserIds(body) : [];
    }),
    hasPhoto: packets.some(({ type }) => type === tag.userAttribute),
  };
}

function typeOf(header: number): number {
  return (header & 0x40) === 0 ? (header >> 2) & 0x0f : header & 0x3f;
}

function readPackets(bytes: Uint8Array): { type: number; body: Uint8Array }[] {
  const packets: { type: number; body: Uint8Array }[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const header = numberAt(bytes, offset, 1);
    if (header < 0x80) throw unreadable();
    const isOld = (header & 0x40) === 0;
    const { start, length } = isOld ? oldLength(bytes, offset + 1, header & 3) : newLength(bytes, offset + 1, 224);
    packets.push({ type: typeOf(header), body: slice(bytes, start, length) });
    offset = start + length;
  }
  return packets;
}

/** Signatures before version 4 have no subpackets. */
function signerUserIds(body: Uint8Array): string[] {
  const version = numberAt(body, 0, 1);
  if (version < 4) return [];
  const octets = version === 6 ? 4 : 2;
  const hashed = slice(body, 4 + octets, numberAt(body, 4, octets));
  const next = 4 + octets + hashed.length;
  const unhashed = slice(body, next + octets, numberAt(body, next, octets));
  return [hashed, unhashed].flatMap(userIdsIn);
}

function userIdsIn(area: Uint8Array): string[] {
  const names: string[] = [];
  for (let offset = 0; offset < area.length; ) {
    const { start, length } = newLength(area, offset, 255);
    const subpacket = slice(area, start, length);
    if ((numberAt(subpacket, 0, 1) & 0x7f) === signerUserId) names.push(textOf(subpacket.subarray(1)));
    offset = start + length;
  }
  return names;
}

interface Extent {
  readonly start: number;
  readonly length: number;
}

/** An open length, which only data packets may have, is not read. */
function oldLength(bytes: Uint8Array, offset: number, kind: number): Extent {
  if (kind === 3) throw unreadable();
  const octets = 2 ** kind;
  return { start: offset + octets, length: numberAt(bytes, offset, octets) };
}

/** @param twoOctetsBelow from here on a packet's length is partial, which is not read; subpackets know no such thing */
function newLength(bytes: Uint8Array, offset: number, twoOctetsBelow: number): Extent {
  const first = numberAt(bytes, offset, 1);
  if (first < 192) return { start: offset + 1, length: first };
  if (first < twoOctetsBelow) return { start: offset + 2, length: numberAt(bytes, offset, 2) - (192 << 8) + 192 };
  if (first < 255) throw unreadable();
  return { start: offset + 5, length: numberAt(bytes, offset + 1, 4) };
}

function numberAt(bytes: Uint8Array, offset: number, octets: number): number {
  return slice(bytes, offset, octets).reduce((value, octet) => value * 256 + octet, 0);
}

function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > bytes.length) throw unreadable();
  return bytes.subarray(start, start + length);
}

function textOf(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? String.fromCharCode(...bytes);
}

function unreadable(): CountersignError {
  return new CountersignError("ERR_SIGNATURE_VALUE", "expected whole OpenPGP packets");
}

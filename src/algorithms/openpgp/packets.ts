import { Fault } from "../shared/fault.js";

/** Packet types (RFC 9580 §5). */
export const packetTag = {
  onePassSignature: 4,
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  compressedData: 8,
  marker: 10,
  literalData: 11,
  trust: 12,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17,
  padding: 21,
} as const;

/** One packet: its type and what it holds. */
export interface Packet {
  readonly tag: number;
  /** Absent where the length is partial or open, which only data packets may have: they are never read. */
  readonly body?: Uint8Array;
  /** Header and body as they stand. */
  readonly raw: Uint8Array;
}

/**
 * The packets in `bytes` one after the other (RFC 9580 §4.2), both header formats. Packets to be ignored anywhere (marker,
 * trust, padding, unknown ones that are not critical) are left out.
 *
 * @throws Fault `malformed` for a header or a length that does not fit, `too-large` past `maxPackets`
 */
export function* readPackets(bytes: Uint8Array, maxPackets: number): Generator<Packet> {
  let offset = 0;
  for (let count = 0; offset < bytes.length; count++) {
    if (count === maxPackets) throw new Fault("too-large");
    const { tag, start, length } = readHeader(bytes, offset);
    if (length === undefined) {
      yield { tag, raw: bytes.subarray(offset) };
      return;
    }
    const end = start + length;
    if (end > bytes.length) throw new Fault("malformed");
    if (!isIgnored(tag)) yield { tag, body: bytes.subarray(start, end), raw: bytes.subarray(offset, end) };
    offset = end;
  }
}

interface Header {
  readonly tag: number;
  readonly start: number;
  readonly length: number | undefined;
}

function readHeader(bytes: Uint8Array, offset: number): Header {
  const first = byteAt(bytes, offset);
  if ((first & 0x80) === 0) throw new Fault("malformed");
  if ((first & 0x40) !== 0) return { tag: first & 0x3f, ...readLength(bytes, offset + 1) };
  const tag = (first >> 2) & 0x0f;
  const octets = [1, 2, 4, 0][first & 3] ?? 0;
  const start = offset + 1 + octets;
  return { tag, start, length: octets === 0 ? undefined : readNumber(bytes, offset + 1, octets) };
}

function readLength(bytes: Uint8Array, offset: number): Omit<Header, "tag"> {
  const first = byteAt(bytes, offset);
  if (first < 192) return { start: offset + 1, length: first };
  if (first < 224) return { start: offset + 2, length: ((first - 192) << 8) + byteAt(bytes, offset + 1) + 192 };
  if (first < 255) return { start: offset + 1, length: undefined };
  return { start: offset + 5, length: readNumber(bytes, offset + 1, 4) };
}

/** An unsigned big-endian number of up to six octets. @throws Fault `malformed` past the end */
export function readNumber(bytes: Uint8Array, offset: number, octets: number): number {
  let value = 0;
  for (let index = 0; index < octets; index++) value = value * 256 + byteAt(bytes, offset + index);
  return value;
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new Fault("malformed");
  return byte;
}

function isIgnored(tag: number): boolean {
  return tag === packetTag.marker || tag === packetTag.trust || tag === packetTag.padding || tag >= 40;
}

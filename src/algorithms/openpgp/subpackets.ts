import { toHex } from "../../encoding/bytes.js";
import { Fault } from "../shared/fault.js";
import { readNumber } from "./packets.js";

const type = {
  created: 2,
  expires: 3,
  trust: 5,
  regularExpression: 6,
  keyExpires: 9,
  revocationKey: 12,
  issuerKeyId: 16,
  notation: 20,
  primaryUserId: 25,
  keyFlags: 27,
  revocationReason: 29,
  embeddedSignature: 32,
  issuerFingerprint: 33,
} as const;

/** Types whose meaning is known here or changes nothing for a verdict; any other that is critical is refused. */
const understood: ReadonlySet<number> = new Set([
  2, 3, 4, 5, 6, 7, 9, 11, 12, 16, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 39,
]);

/** One signature subpacket (RFC 9580 §5.2.3.7). */
export interface Subpacket {
  readonly type: number;
  readonly isCritical: boolean;
  readonly body: Uint8Array;
}

/** What the subpackets of a signature say. Times are milliseconds since 1970. */
export interface SubpacketContents {
  readonly createdMs: number;
  /** End of the signature itself; `Infinity` where it has none. */
  readonly expiresMs: number;
  /** Lifetime of the key from its creation; `Infinity` for a zero, absent where nothing is said. */
  readonly keyLifetimeMs?: number;
  /** First octet of the key flags. */
  readonly keyFlags?: number;
  readonly isPrimaryUserId: boolean;
  readonly revocationReason?: number;
  /** Version 4 fingerprints of those who may revoke the key too (RFC 9580 §5.2.3.23). */
  readonly revokers: readonly string[];
  /** Upper-case fingerprints and key IDs of the issuer: the signed ones, or, where none is signed, the others. */
  readonly issuers: readonly string[];
  /** Bodies of embedded signatures from both areas: each proves itself. */
  readonly embedded: readonly Uint8Array[];
  /** Of a trust signature: level and amount, as they stand (RFC 9580 §5.2.3.21). */
  readonly trust?: Uint8Array;
  /** Of a trust signature: whom it is limited to, as they stand (RFC 9580 §5.2.3.22). */
  readonly regularExpressions: readonly Uint8Array[];
  /** Whether something signed is marked critical and not understood. */
  readonly hasUnknownCritical: boolean;
}

/** @throws Fault `malformed` for a length that does not fit */
export function readSubpackets(area: Uint8Array): Subpacket[] {
  const subpackets: Subpacket[] = [];
  let offset = 0;
  while (offset < area.length) {
    const { start, length } = readLength(area, offset);
    if (length < 1 || start + length > area.length) throw new Fault("malformed");
    const header = readNumber(area, start, 1);
    subpackets.push({
      type: header & 0x7f,
      isCritical: (header & 0x80) !== 0,
      body: area.subarray(start + 1, start + length),
    });
    offset = start + length;
  }
  return subpackets;
}

/** Reads what counts: from the hashed area, and of the unhashed one the hints that prove themselves. */
export function subpacketContents(hashed: readonly Subpacket[], unhashed: readonly Subpacket[]): SubpacketContents {
  const created = seconds(last(hashed, type.created));
  if (created === undefined) throw new Fault("malformed");
  const expires = seconds(last(hashed, type.expires)) ?? 0;
  const lifetime = seconds(last(hashed, type.keyExpires));
  const flags = last(hashed, type.keyFlags);
  const reason = last(hashed, type.revocationReason);
  const trust = last(hashed, type.trust);
  const signedIssuers = issuersIn(hashed);
  return {
    createdMs: created * 1000,
    expiresMs: expires === 0 ? Number.POSITIVE_INFINITY : (created + expires) * 1000,
    ...(lifetime === undefined ? {} : { keyLifetimeMs: lifetime === 0 ? Number.POSITIVE_INFINITY : lifetime * 1000 }),
    ...(flags === undefined ? {} : { keyFlags: flags[0] ?? 0 }),
    ...(reason === undefined ? {} : { revocationReason: reason[0] ?? 0 }),
    isPrimaryUserId: (last(hashed, type.primaryUserId)?.[0] ?? 0) !== 0,
    revokers: revokersIn(hashed),
    issuers: signedIssuers.length > 0 ? signedIssuers : issuersIn(unhashed),
    embedded: [...hashed, ...unhashed].filter((entry) => entry.type === type.embeddedSignature).map((e) => e.body),
    ...(trust === undefined ? {} : { trust }),
    regularExpressions: hashed.filter((entry) => entry.type === type.regularExpression).map((entry) => entry.body),
    hasUnknownCritical: hashed.some((entry) => entry.isCritical && !understood.has(entry.type)),
  };
}

/** Class, algorithm, fingerprint. */
function revokersIn(hashed: readonly Subpacket[]): string[] {
  return hashed.flatMap(({ type: kind, body }) =>
    kind === type.revocationKey && body.length === 22 ? [toHex(body.subarray(2)).toUpperCase()] : [],
  );
}

function issuersIn(subpackets: readonly Subpacket[]): string[] {
  return subpackets.flatMap(({ type: kind, body }) => {
    if (kind === type.issuerFingerprint) return [toHex(body.subarray(1)).toUpperCase()];
    return kind === type.issuerKeyId ? [toHex(body).toUpperCase()] : [];
  });
}

/** The last one wins (RFC 9580 §5.2.3.9). */
function last(subpackets: readonly Subpacket[], wanted: number): Uint8Array | undefined {
  return subpackets.findLast((subpacket) => subpacket.type === wanted)?.body;
}

function seconds(body: Uint8Array | undefined): number | undefined {
  if (body === undefined) return undefined;
  if (body.length !== 4) throw new Fault("malformed");
  return readNumber(body, 0, 4);
}

function readLength(area: Uint8Array, offset: number): { start: number; length: number } {
  const first = readNumber(area, offset, 1);
  if (first < 192) return { start: offset + 1, length: first };
  if (first < 255) return { start: offset + 2, length: ((first - 192) << 8) + readNumber(area, offset + 1, 1) + 192 };
  return { start: offset + 5, length: readNumber(area, offset + 1, 4) };
}

import { CountersignError } from "../errors.js";

/** The most that is read at once, in bytes, where the caller does not say otherwise. */
export const maxDerBytes: number = 64 * 1024;

/** The most levels of values in values; the outermost is the first. */
export const maxDerDepth = 32;

/** One DER value. */
export interface DerValue {
  /** The identifier octet whole: class, constructed or not, number (X.690 §8.1.2). */
  readonly tag: number;
  /** What stands behind tag and length. */
  readonly contents: Uint8Array;
  /** Tag, length and contents. */
  readonly encoded: Uint8Array;
  /** The values around this one, itself counted. */
  readonly depth: number;
}

/**
 * Reads `bytes` as one DER value with nothing behind it.
 *
 * Strict: lengths are definite and in their shortest form, tag numbers are below 31. Looks no further than this one value: see
 * {@link derMembers}.
 *
 * Own code because an ASN.1 library weighs more than all else that is loaded at once.
 *
 * @param maxBytes the most that is read, below 16 MiB
 * @throws CountersignError `ERR_DER_MALFORMED`, past `maxBytes` too
 * @see X.690 §8.1, §10.1
 */
export function readDer(bytes: Uint8Array, maxBytes: number = maxDerBytes): DerValue {
  if (bytes.length > maxBytes) throw malformed(`at most ${maxBytes} bytes`);
  const [value, ...others] = readValues(bytes, 1);
  if (!value || others.length > 0) throw malformed("exactly one value");
  return value;
}

/**
 * The values that a constructed value holds, in their order; whether a SET is sorted is not checked.
 *
 * @throws CountersignError `ERR_DER_MALFORMED` for a primitive value, values that do not fit, and past {@link maxDerDepth}
 */
export function derMembers({ tag, contents, depth }: DerValue): DerValue[] {
  if ((tag & 0x20) === 0) throw malformed("a constructed value");
  if (depth === maxDerDepth) throw malformed(`at most ${maxDerDepth} levels`);
  return readValues(contents, depth + 1);
}

/**
 * An OBJECT IDENTIFIER in dotted decimals.
 *
 * @throws CountersignError `ERR_DER_MALFORMED` for another tag, leading zeros, and numbers past 2^53 − 1
 * @see X.690 §8.19
 */
export function derObjectIdentifierText({ tag, contents }: DerValue): string {
  if (tag !== 0x06 || contents.length === 0) throw malformed("an object identifier");
  const arcs: number[] = [];
  let arc = 0;
  let isOpen = false;
  for (const octet of contents) {
    if (!isOpen && octet === 0x80) throw malformed("numbers in their shortest form");
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw malformed("smaller numbers");
    isOpen = octet >= 0x80;
    if (isOpen) continue;
    arcs.push(arc);
    arc = 0;
  }
  if (isOpen) throw malformed("a number that ends");
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join(".");
}

function readValues(bytes: Uint8Array, depth: number): DerValue[] {
  const values: DerValue[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const tag = bytes[offset] ?? 0;
    if ((tag & 0x1f) === 0x1f) throw malformed("a tag number below 31");
    const { start, length } = readLength(bytes, offset + 1);
    if (start + length > bytes.length) throw malformed("a length that fits");
    const end = start + length;
    values.push({ tag, contents: bytes.subarray(start, end), encoded: bytes.subarray(offset, end), depth });
    offset = end;
  }
  return values;
}

function readLength(bytes: Uint8Array, offset: number): { start: number; length: number } {
  const first = bytes[offset];
  if (first === undefined) throw malformed("a length");
  if (first < 0x80) return { start: offset + 1, length: first };
  const octets = bytes.subarray(offset + 1, offset + 1 + (first & 0x7f));
  // Three octets are the most that is read; none at all is the indefinite form.
  if (octets.length === 0 || octets.length > 3 || octets.length < (first & 0x7f)) throw malformed("a definite length");
  const length = octets.reduce((total, octet) => total * 256 + octet, 0);
  if (octets[0] === 0 || length < 0x80) throw malformed("a length in its shortest form");
  return { start: offset + 1 + octets.length, length };
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_DER_MALFORMED", `expected DER with ${expected}`);
}

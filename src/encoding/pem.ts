import { CountersignError } from "../errors.js";
import { decodeBase64 } from "./base64.js";
import type { Bytes } from "./bytes.js";

const beginLine = /^-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,39})-----$/;

/** One block between a `BEGIN` and an `END` line. */
export interface PemBlock {
  /** What stands behind `BEGIN`: `SSH SIGNATURE`, `PRIVATE KEY`, … */
  readonly label: string;
  readonly bytes: Bytes;
}

/** All blocks of a text. */
export interface PemText {
  readonly blocks: readonly PemBlock[];
  /** Whether anything but white space stands outside the blocks. */
  readonly hasOtherText: boolean;
}

/** The most that is read; beyond it nothing is decoded. */
export interface PemLimits {
  /** UTF-16 units of the whole text. */
  readonly maxLength: number;
  /** Blocks in the text. */
  readonly maxBlocks: number;
}

/** Whether `text` holds the beginning of a block somewhere. */
export function looksPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

/**
 * Reads every PEM block in `text` (RFC 7468): lines of any length and with any ends, indentation, blank lines and other text
 * around the blocks are tolerated; headers inside of a block (RFC 1421) are not.
 *
 * Says nothing about what the bytes are.
 *
 * @throws CountersignError `ERR_ARMOR_LIMIT` past the limits, `ERR_ARMOR_MALFORMED` for a block that does not end or whose
 *   lines are no base64
 */
export function readPem(text: string, limits: PemLimits): PemText {
  if (text.length > limits.maxLength) throw tooMuch();
  const blocks: PemBlock[] = [];
  let hasOtherText = false;
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const label = beginLine.exec(line)?.[1];
    if (label === undefined) {
      hasOtherText ||= line !== "";
      continue;
    }
    if (blocks.length === limits.maxBlocks) throw tooMuch();
    const end = lines.indexOf(`-----END ${label}-----`, index);
    if (end < 0) throw malformed("a block that ends");
    blocks.push({ label, bytes: decode(lines.slice(index + 1, end)) });
    index = end;
  }
  return { blocks, hasOtherText };
}

function decode(lines: readonly string[]): Bytes {
  try {
    return decodeBase64(lines.join(""));
  } catch (cause) {
    throw malformed("base64 inside of a block", cause);
  }
}

function malformed(expected: string, cause?: unknown): CountersignError {
  const options = cause === undefined ? {} : { cause };
  return new CountersignError("ERR_ARMOR_MALFORMED", `expected PEM with ${expected}`, options);
}

function tooMuch(): CountersignError {
  return new CountersignError("ERR_ARMOR_LIMIT", "expected less PEM");
}

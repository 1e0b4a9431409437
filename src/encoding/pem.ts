import { CountersignError } from "../errors.js";
import { decodeBase64 } from "./base64.js";
import type { Bytes } from "./bytes.js";

const beginLine = /^-----BEGIN ([A-Z0-9#](?:[A-Z0-9# ]{0,38}[A-Z0-9#])?)-----$/;

/** One block of PEM. */
export interface PemBlock {
  /** What stands behind `BEGIN`: `CERTIFICATE`, `CMS`, `X509 CRL`, … */
  readonly label: string;
  /** The decoded contents; empty for private keys where nobody asked for them. */
  readonly bytes: Bytes;
}

/** All blocks of a text. */
export interface PemText {
  readonly blocks: readonly PemBlock[];
  /** Whether anything but white space stands outside the blocks. */
  readonly hasOtherText: boolean;
}

/** What is read. */
export interface PemLimits {
  /** UTF-16 units of the whole text. */
  readonly maxLength: number;
  readonly maxBlocks: number;
  /** Decodes private keys too: for who was given one to use. */
  readonly withPrivateKeys?: true;
}

/** Whether `text` holds the beginning of a block somewhere. */
export function looksPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

/**
 * Reads every block of PEM in `text` (RFC 7468): any line ends, blanks at the ends of lines, blank lines and other text around
 * the blocks are tolerated; headers inside of a block, as encrypted keys have them, are not.
 *
 * Says nothing about what the bytes are.
 *
 * @throws CountersignError `ERR_ARMOR_LIMIT` past the limits, `ERR_ARMOR_MALFORMED` for a block that does not end or whose lines are
 *   no canonical base64
 */
export function readPem(text: string, limits: PemLimits): PemText {
  if (text.length > limits.maxLength) throw tooMuch();
  const blocks: PemBlock[] = [];
  let hasOtherText = false;
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const label = line.startsWith("-----BEGIN") ? beginLine.exec(line)?.[1] : undefined;
    if (label === undefined) {
      hasOtherText ||= line !== "";
      continue;
    }
    if (blocks.length === limits.maxBlocks) throw tooMuch();
    const end = endOfBlock(lines, index + 1, label);
    const body = lines.slice(index + 1, end).join("");
    const isHidden = label.includes("PRIVATE") && !limits.withPrivateKeys;
    blocks.push({ label, bytes: isHidden ? new Uint8Array() : decodeBody(body) });
    index = end;
  }
  return { blocks, hasOtherText };
}

function endOfBlock(lines: readonly string[], start: number, label: string): number {
  const endLine = `-----END ${label}-----`;
  for (let index = start; index < lines.length; index++) {
    if (lines[index] === endLine) return index;
    if (lines[index]?.startsWith("-----")) break;
  }
  throw new CountersignError("ERR_ARMOR_MALFORMED", "expected a block of PEM that ends");
}

function decodeBody(body: string): Bytes {
  try {
    return decodeBase64(body);
  } catch (cause) {
    throw new CountersignError("ERR_ARMOR_MALFORMED", "expected base64 inside of PEM", { cause });
  }
}

function tooMuch(): CountersignError {
  return new CountersignError("ERR_ARMOR_LIMIT", "expected less PEM");
}

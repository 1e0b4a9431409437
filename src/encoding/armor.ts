import { CountersignError } from "../errors.js";
import { decodeBase64 } from "./base64.js";
import { type Bytes, concatBytes } from "./bytes.js";

const beginLine = /^-----BEGIN PGP ([A-Z0-9 ,/]{1,40})-----$/;
const headerLine = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}:(?: |$)/;
const checksumLine = /^=[A-Za-z0-9+/]{4}$/;

/** One block of OpenPGP's ASCII armor. */
export interface ArmorBlock {
  /** What stands behind `BEGIN PGP`: `SIGNATURE`, `PUBLIC KEY BLOCK`, `MESSAGE`, … */
  readonly label: string;
  /** The decoded contents; empty for private keys and for the head of a cleartext-signed message, which are never decoded. */
  readonly bytes: Bytes;
}

/** All blocks of a text. */
export interface ArmorText {
  readonly blocks: readonly ArmorBlock[];
  /** Whether anything but white space stands outside the blocks. */
  readonly hasOtherText: boolean;
}

/** The most that is read; beyond it nothing is decoded. */
export interface ArmorLimits {
  /** UTF-16 units of the whole text. */
  readonly maxLength: number;
  /** Blocks in the text. */
  readonly maxBlocks: number;
}

/** Whether `text` holds the first line of an armored block somewhere. */
export function looksArmored(text: string): boolean {
  return text.includes("-----BEGIN PGP ");
}

/**
 * Reads every block of ASCII armor in `text` (RFC 9580 §6.2): any line ends, blank lines, indentation and other text around
 * the blocks are tolerated, armor headers are skipped, and the checksum is not checked (RFC 9580 §6.1).
 *
 * Says nothing about what the bytes are.
 *
 * @throws CountersignError `ERR_ARMOR_LIMIT` past the limits, `ERR_ARMOR_MALFORMED` for a block that does not end or whose
 *   lines are no base64
 */
export function readArmor(text: string, limits: ArmorLimits): ArmorText {
  if (text.length > limits.maxLength) throw tooMuch();
  const blocks: ArmorBlock[] = [];
  let hasOtherText = false;
  const lines = text.split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? "").trim();
    const label = line.startsWith("-----BEGIN") ? beginLine.exec(line)?.[1] : undefined;
    if (label === undefined) {
      hasOtherText ||= line !== "";
      continue;
    }
    if (blocks.length === limits.maxBlocks) throw tooMuch();
    if (label === "SIGNED MESSAGE") {
      blocks.push({ label, bytes: new Uint8Array() });
      continue;
    }
    const end = endOfBlock(lines, index + 1, label);
    const isSecret = label.includes("PRIVATE") || label.includes("SECRET");
    blocks.push({ label, bytes: isSecret ? new Uint8Array() : decodeBody(lines.slice(index + 1, end)) });
    index = end;
  }
  return { blocks, hasOtherText };
}

/** Bare base64 as people paste it: lines of any length, white space between them. */
export function readWrappedBase64(text: string): Bytes {
  return decodeBase64(text.replace(/\s+/g, ""));
}

/** All blocks of one label one after the other. */
export function joinBlocks(blocks: readonly ArmorBlock[], label: string): Bytes {
  return concatBytes(...blocks.filter((block) => block.label === label).map((block) => block.bytes));
}

function endOfBlock(lines: readonly string[], start: number, label: string): number {
  const endLine = `-----END PGP ${label}-----`;
  for (let index = start; index < lines.length; index++) {
    const line = (lines[index] ?? "").trim();
    if (line === endLine) return index;
    if (line.startsWith("-----")) break;
  }
  throw malformed("a block of ASCII armor that ends");
}

function decodeBody(lines: readonly string[]): Bytes {
  let first = 0;
  while (headerLine.test((lines[first] ?? "").trim())) first++;
  const body = lines.slice(first).map((line) => line.trim());
  while (body.length > 0 && body.at(-1) === "") body.pop();
  if (checksumLine.test(body.at(-1) ?? "")) body.pop();
  try {
    return decodeBase64(body.join(""));
  } catch (cause) {
    throw new CountersignError("ERR_ARMOR_MALFORMED", "expected base64 inside of ASCII armor", { cause });
  }
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_ARMOR_MALFORMED", `expected ${expected}`);
}

function tooMuch(): CountersignError {
  return new CountersignError("ERR_ARMOR_LIMIT", "expected less ASCII armor");
}

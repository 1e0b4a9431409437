import { tryDecodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import { SshReader } from "../../encoding/ssh-reader.js";
import { CountersignError } from "../../errors.js";
import { Fault } from "../shared/fault.js";
import { maxLineLength } from "./limits.js";
import { type LineOptions, readLineOptions } from "./line-options.js";
import { readPublicKey } from "./public-key.js";

/**
 * Why a line counts for nothing. A key whose line has another reason than the first four signs nothing, if no other line admits it.
 *
 * - `malformed`: no key stands where it should;
 * - `unsupported-key`: a kind of key that is not known here;
 * - `weak-algorithm`: DSA, RSA under 2,048 bits, a point under which signatures prove nothing;
 * - `ssh-certificate`: a certificate in place of a key;
 * - `cert-authority`: a key that certifies others, which is not followed;
 * - `options`: options that are not known, or times that do not exist.
 */
export type SkipReason =
  | "malformed"
  | "unsupported-key"
  | "weak-algorithm"
  | "ssh-certificate"
  | "cert-authority"
  | "options";

/** One line of a list of keys. */
export interface KeyLine {
  /** The key in SSH's wire format; absent where none can be read or none that counts. */
  readonly key?: Bytes;
  /** The principals, patterns among them; none on the line of a public key alone. */
  readonly principals: readonly string[];
  /** Absent on a line that counts for nothing. */
  readonly options?: LineOptions;
  readonly skipped?: SkipReason;
}

/** Everything up to a space outside of quotes; a quote that does not end is not taken. */
const optionsText = /^(?:\\"|"(?:\\"|[^"\\]|\\(?!"))*"|[^ \t"\\]|\\(?!"))*/;

/**
 * Reads one line of a list of keys: an allowed_signers line (principals, options, key), or a public key by itself.
 *
 * @returns `undefined` for a blank line and a comment
 * @see ssh-keygen(1), ALLOWED SIGNERS
 */
export function readKeyLine(text: string): KeyLine | undefined {
  const line = text.trim();
  if (line === "" || line.startsWith("#")) return undefined;
  if (line.length > maxLineLength) return skipped("malformed");
  try {
    const key = readKey(line);
    return key ? { key, principals: [], options: { isAuthority: false } } : readAllowedSigner(line);
  } catch (error) {
    if (error instanceof Fault) return skipped(error.code as SkipReason);
    throw error;
  }
}

function readAllowedSigner(line: string): KeyLine {
  const [all, quoted, plain = ""] = /^(?:"([^"]*)"|([^ \t"]+))[ \t]+/.exec(line) ?? [""];
  const principals = (quoted ?? plain).split(",");
  const rest = line.slice(all.length);
  const bare = all === "" ? undefined : readKey(rest);
  if (bare) return { key: bare, principals, options: { isAuthority: false } };
  const words = optionsText.exec(rest)?.[0] ?? "";
  const key = readKey(rest.slice(words.length).trimStart());
  if (!key || all === "") return skipped("malformed");
  const options = readLineOptions(words);
  if (!options) return { key, principals, skipped: "options" };
  return options.isAuthority ? { key, principals, skipped: "cert-authority" } : { key, principals, options };
}

/** The key that `text` begins with: its type, and the base64 of a key of this type. @throws Fault for one that does not count */
function readKey(text: string): Bytes | undefined {
  const [type, base64 = ""] = text.split(/[ \t]+/, 2);
  const blob = tryDecodeBase64(base64);
  if (!blob || typeOf(blob) !== type) return undefined;
  readPublicKey(blob);
  return blob;
}

function typeOf(blob: Uint8Array): string | undefined {
  try {
    return new SshReader(blob).text();
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

function skipped(reason: SkipReason): KeyLine {
  return { principals: [], skipped: reason };
}

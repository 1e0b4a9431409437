import { encodeBase64 } from "../../encoding/base64.js";
import { sha256, toHex, utf8 } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import type { Verdict } from "../../model/report.js";
import { displayName } from "../shared/display-name.js";
import { verdictOf } from "../shared/fault.js";
import { maxNameLength, maxNames } from "../shared/limits.js";
import { isTextOrBytes, textOf } from "../shared/text-of.js";
import { namespace } from "./identifier.js";
import { type KeyLine, readKeyLine, type SkipReason } from "./key-line.js";
import { maxKeyListLength } from "./limits.js";
import { isExactPrincipal, matchesPatternList } from "./pattern-list.js";

/** A line of a list of keys that counts for nothing. */
export interface SkippedLine {
  /** Which of the lists, from 0. */
  readonly list: number;
  /** Which of its lines, from 1. */
  readonly line: number;
  readonly reason: SkipReason;
}

/** What a list of keys says about one key at one time: the verdict on what the key signed, and the names it has there. */
export interface Admission {
  readonly verdict: Verdict;
  readonly names: readonly string[];
}

const order = ["valid", "not-yet-valid", "key-expired", "key-not-for-signing"];

/** The keys that the caller gave, with what their lines say about them. */
export class KeyList {
  /** Lines of readable keys, by the key in base64. */
  readonly #lines = new Map<string, KeyLine[]>();
  readonly #texts: readonly string[];
  #hash: Promise<string> | undefined;
  readonly skipped: readonly SkippedLine[];

  /**
   * @param lists allowed_signers files, or public keys one on a line: text, or the bytes of a file
   * @throws CountersignError `ERR_ALGORITHM_KEYS` for a private key, for what is no text or too long, and where something is
   *   written and no line of it holds a key
   */
  constructor(lists: readonly (string | Uint8Array)[]) {
    this.#texts = lists.map(readKeyListText);
    this.skipped = this.#texts.flatMap((text, list) => this.#read(text, list));
  }

  /** Of all lines of a key the one that says the best of it counts. */
  judge(key: Uint8Array, nowMs: number): Admission {
    const lines = this.#lines.get(encodeBase64(key)) ?? [];
    const judged = lines.map((line) => ({ line, verdict: judgeLine(line, nowMs) }));
    judged.sort((one, other) => compare(one.verdict, other.verdict));
    const verdict = judged[0]?.verdict ?? verdictOf("key-unconfirmed");
    const counting = judged.filter((one) => one.verdict.code === verdict.code);
    return { verdict, names: namesOf(counting.map(({ line }) => line)) };
  }

  /** Changes with every change of what the lists say. */
  contentsHash(): Promise<string> {
    this.#hash ??= sha256(utf8(JSON.stringify(this.#texts))).then(toHex);
    return this.#hash;
  }

  #read(text: string, list: number): SkippedLine[] {
    const skipped: SkippedLine[] = [];
    let keys = 0;
    for (const [index, line] of text.split("\n").entries()) {
      const read = readKeyLine(line);
      if (read?.skipped) skipped.push({ list, line: index + 1, reason: read.skipped });
      if (!read?.key) continue;
      this.#linesOf(read.key).push(read);
      keys++;
    }
    const isNothing = keys === 0 && skipped.every(({ reason }) => reason === "malformed") && skipped.length > 0;
    if (isNothing) throw keysError("public keys of SSH", "something else");
    return skipped;
  }

  #linesOf(key: Uint8Array): KeyLine[] {
    const name = encodeBase64(key);
    const lines = this.#lines.get(name) ?? [];
    this.#lines.set(name, lines);
    return lines;
  }
}

function judgeLine({ options }: KeyLine, nowMs: number): Verdict {
  if (!options) return verdictOf("key-not-for-signing");
  const { namespaces, fromMs, untilMs } = options;
  if (namespaces !== undefined && !matchesPatternList(namespace, namespaces)) return verdictOf("key-not-for-signing");
  const interval = {
    ...(fromMs !== undefined && { validFrom: fromMs }),
    ...(untilMs !== undefined && { validUntil: untilMs }),
  };
  if (nowMs < (fromMs ?? 0)) return verdictOf("not-yet-valid", interval);
  return verdictOf(nowMs < (untilMs ?? Infinity) ? "valid" : "key-expired", interval);
}

/** The better verdict first, and of two that are as good the one that lasts longer. */
function compare(one: Verdict, other: Verdict): number {
  const difference = order.indexOf(one.code) - order.indexOf(other.code);
  if (difference !== 0) return difference;
  const [end, otherEnd] = [one.validUntil ?? Infinity, other.validUntil ?? Infinity];
  return end === otherEnd ? 0 : otherEnd > end ? 1 : -1;
}

function namesOf(lines: readonly KeyLine[]): string[] {
  const names = lines.flatMap(({ principals }) => principals).filter(isExactPrincipal);
  const short = names.filter((name) => name.length <= maxNameLength).map(displayName);
  return [...new Set(short)].slice(0, maxNames);
}

/**
 * The text of a list of keys.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for a private key, for what is no text or too long
 */
export function readKeyListText(list: string | Uint8Array): string {
  if (!isTextOrBytes(list)) throw keysError("keys as text or bytes", "something else");
  if (list.length > maxKeyListLength) throw keysError(`at most ${maxKeyListLength} characters of keys`, "more");
  const read = textOf(list);
  const text = typeof read === "string" ? read : new TextDecoder().decode(read);
  if (text.includes("PRIVATE KEY-----")) throw keysError("public keys", "a private key");
  return text;
}

function keysError(expected: string, got: string): CountersignError {
  return new CountersignError("ERR_ALGORITHM_KEYS", `expected ${expected}, got ${got}`);
}

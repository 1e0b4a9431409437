import type { Bytes } from "../../encoding/bytes.js";
import { CountersignError, HttpError } from "../../errors.js";
import { fetchBounded, type HttpFetch } from "../shared/bounded-fetch.js";
import { type FoundKey, foundKeys } from "./found-keys.js";
import { readKeyData } from "./key-data.js";
import { type MailAddress, readMailAddress } from "./mail-address.js";
import { answerLimits, type KeyResolver } from "./resolver.js";

/** How a key server or a directory is asked. */
export interface LookupOptions {
  /** As the platform's `fetch`, which is the default: asked without credentials, referrer and redirects. */
  readonly fetch?: HttpFetch;
  /** How long one answer may take, body included, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
}

/**
 * A {@link KeyResolver} that can also be asked by e-mail address. What it finds is a hint: it trusts nobody.
 *
 * Both ways tell "there is none" from a fault, which they throw: HttpError `ERR_HTTP_NETWORK` (no answer, or none that this page
 * may read for want of CORS: a browser says the same of both), `ERR_HTTP_TIMEOUT`, `ERR_HTTP_TOO_LARGE` (over 256 KiB),
 * `ERR_HTTP_RATE_LIMITED`, `ERR_HTTP_STATUS`; CountersignError `ERR_ALGORITHM_KEYS` (an answer that is no public key),
 * `ERR_ABORTED`.
 */
export interface KeyFinder extends KeyResolver {
  /**
   * The certificates with a user ID of that address. Verifies nothing, not even that user ID: compare the fingerprint with one
   * that the person gave you before you make it an anchor.
   *
   * @param address `alice@example.org`
   * @returns none where there is none; their `data` is for `importKeys`
   * @throws CountersignError `ERR_OPTION_INVALID` for what is no such address, and all that {@link KeyFinder} names
   */
  findByAddress(address: string, options?: { readonly signal?: AbortSignal }): Promise<readonly FoundKey[]>;
}

/** Makes a finder of its two ways to ask. */
export function keyFinder(
  resolve: KeyResolver,
  ask: (address: MailAddress, signal: AbortSignal | undefined) => Promise<Bytes | undefined>,
): KeyFinder {
  const findByAddress: KeyFinder["findByAddress"] = async (text, { signal } = {}) => {
    const address = readMailAddress(text);
    if (!address) throw lookupError("an e-mail address");
    const answer = await ask(address, signal);
    return answer ? foundKeys(answer, address) : [];
  };
  return Object.assign(resolve, { findByAddress });
}

/** Asks one URL: the packets in the answer, or `undefined` where there is no such key. Throws what {@link KeyFinder} names. */
export type AskForKeys = (url: string, signal: AbortSignal | undefined) => Promise<Bytes | undefined>;

const defaultTimeoutMs = 5000;
const maxAnswerBytes = 256 * 1024;

/** The longest that timers of browsers and of Node wait. */
const maxTimeoutMs = 2 ** 31 - 1;

/** @throws CountersignError `ERR_OPTION_INVALID` */
export function askForKeys({ fetch: ask, timeoutMs = defaultTimeoutMs }: LookupOptions): AskForKeys {
  if (ask !== undefined && typeof ask !== "function") throw lookupError("fetch: a function");
  if (!(timeoutMs > 0 && timeoutMs <= maxTimeoutMs)) throw lookupError("timeoutMs: milliseconds, above 0");
  const send: HttpFetch = ask ?? ((url, init) => fetch(url, init));
  return async (url, signal) => {
    try {
      const body = await fetchBounded(url, {}, { fetch: send, timeoutMs, maxBytes: maxAnswerBytes, signal });
      return readKeyData(body, answerLimits).bytes;
    } catch (error) {
      if (error instanceof HttpError && (error.status === 404 || error.status === 410)) return undefined;
      throw error;
    }
  };
}

/** @throws CountersignError `ERR_OPTION_INVALID` for options that are none, or unknown */
export function assertKnownOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw lookupError("options");
  if (!Object.keys(options).every((name) => known.includes(name))) throw lookupError("the documented options alone");
}

/** The error for what the caller handed in. */
export function lookupError(expected: string): CountersignError {
  return new CountersignError("ERR_OPTION_INVALID", `expected ${expected}`);
}

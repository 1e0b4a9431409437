import type { Bytes } from "../../encoding/bytes.js";
import { CountersignError, HttpError } from "../../errors.js";
import { aborted, orAborted } from "../../model/abort.js";
import { readBytes } from "../../model/read-bytes.js";

/** As the platform's `fetch`. */
export type HttpFetch = (url: string, init: RequestInit) => Promise<Response>;

/** How an address is asked, and the most that it may cost. */
export interface FetchBounds {
  readonly fetch: HttpFetch;
  /** For the whole exchange, body included, in milliseconds. */
  readonly timeoutMs: number;
  /** Of the body, decompressed. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The body of a successful answer: asked for without credentials, referrer and cache, no redirect followed.
 *
 * Does not judge the address.
 *
 * @throws HttpError `ERR_HTTP_NETWORK` (no answer, or a redirect, or one that its server does not let this page read: a browser
 *   says the same of all three), `ERR_HTTP_TIMEOUT`, `ERR_HTTP_RATE_LIMITED`, `ERR_HTTP_STATUS`, `ERR_HTTP_TOO_LARGE`;
 *   CountersignError `ERR_ABORTED`
 */
export async function fetchBounded(url: string, init: RequestInit, bounds: FetchBounds): Promise<Bytes> {
  const { fetch, timeoutMs, maxBytes, signal } = bounds;
  const timeout = AbortSignal.timeout(timeoutMs);
  const ended = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    // Whatever the caller's fetch makes of the signal, nobody waits any longer.
    return await orAborted(readAnswer(fetch(url, { ...init, ...careful, signal: ended }), maxBytes), ended);
  } catch (cause) {
    if (signal?.aborted) throw aborted(signal);
    if (timeout.aborted)
      throw new HttpError("ERR_HTTP_TIMEOUT", `expected an answer within ${timeoutMs} ms`, { cause });
    if (cause instanceof CountersignError) throw cause;
    throw new HttpError("ERR_HTTP_NETWORK", "the address could not be reached, or does not let this page read", {
      cause,
    });
  }
}

const careful: RequestInit = {
  cache: "no-store",
  credentials: "omit",
  redirect: "error",
  referrerPolicy: "no-referrer",
};

async function readAnswer(answer: Promise<Response>, maxBytes: number): Promise<Bytes> {
  const response = await answer;
  const { ok, redirected, status } = response;
  if (redirected) throw new Error("a redirect was followed");
  if (ok) return readBytes(response, maxBytes);
  void response.body?.cancel().catch(() => {});
  throw new HttpError(
    status === 429 ? "ERR_HTTP_RATE_LIMITED" : "ERR_HTTP_STATUS",
    "expected an answer, got a refusal",
    { status },
  );
}

import { HttpError } from "../errors.js";
import { orAborted } from "../model/abort.js";

/** How often and how long to try again. */
export interface RetryOptions {
  /** Tries after the first one, for faults other than 429. */
  readonly maxRetries: number;
  /** The longest back-off before a single retry, and the longest time that 429s may hold up one request, in milliseconds. */
  readonly maxWaitMs: number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** Resolves after `ms` milliseconds, rejects on abort. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const firstBackOffMs = 500;
/** What a 429 that names no time is taken to ask for. */
const defaultRateLimitMs = 1000;

/**
 * Calls `attempt` until it succeeds, fails for good, or the tries are used up; then throws what it threw last.
 *
 * Retried are answers that may differ next time: 429, as long as the server asks for no more than `maxWaitMs` in all; 5xx,
 * network faults and time-outs, after an exponential back-off with jitter.
 *
 * @param waitForRate waits the time that a 429 asks for
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { maxRetries, maxWaitMs, random, wait }: RetryOptions,
  waitForRate: RetryOptions["wait"],
  signal: AbortSignal,
): Promise<T> {
  let retries = 0;
  let limitedMs = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (error.code === "ERR_HTTP_RATE_LIMITED") {
        // An answer of 0 must not turn into a request loop.
        const askedMs = Math.max(error.retryAfterMs ?? defaultRateLimitMs, 50);
        limitedMs += askedMs;
        if (limitedMs > maxWaitMs) throw error;
        await waitForRate(askedMs, signal);
      } else {
        if (retries >= maxRetries || !isPassing(error)) throw error;
        await wait(Math.min(firstBackOffMs * 2 ** retries * (0.5 + random()), maxWaitMs), signal);
        retries += 1;
      }
    }
  }
}

/** `setTimeout` as a promise that an abort ends at once. */
export function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return orAborted(over, signal).finally(() => clearTimeout(timer));
}

function isPassing({ code, status = 0 }: HttpError): boolean {
  return code === "ERR_HTTP_NETWORK" || code === "ERR_HTTP_TIMEOUT" || status >= 500;
}

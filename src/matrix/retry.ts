import { CountersignError, HttpError } from "../errors.js";

/** How often and how long to try again. */
export interface RetryOptions {
  /** Tries after the first one. */
  readonly maxRetries: number;
  /** The longest wait before a single retry, in milliseconds; a server that asks for more gets an error instead. */
  readonly maxWaitMs: number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** Resolves after `ms` milliseconds, rejects on abort. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const firstBackOffMs = 500;

/**
 * Calls `attempt` until it succeeds, fails for good, or the tries are used up; then throws what it threw last.
 *
 * Retried are answers that may differ next time: 429 (after the time the server names), 5xx, network faults and time-outs
 * (after an exponential back-off with jitter).
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { maxRetries, maxWaitMs, random, wait }: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (retry >= maxRetries || !isPassing(error)) throw error;
      const backOffMs = firstBackOffMs * 2 ** retry * (0.5 + random());
      const waitMs = error.retryAfterMs ?? Math.min(backOffMs, maxWaitMs);
      if (waitMs > maxWaitMs) throw error;
      await wait(waitMs, signal);
    }
  }
}

/** `setTimeout` as a promise that an abort ends at once. */
export function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

/** The error for a call that its caller, or `close()`, ended. */
export function aborted(signal: AbortSignal): CountersignError {
  return new CountersignError("ERR_ABORTED", "the call was aborted", { cause: signal.reason });
}

function isPassing(error: unknown): error is HttpError {
  if (!(error instanceof HttpError)) return false;
  if (error.code === "ERR_HTTP_NETWORK" || error.code === "ERR_HTTP_TIMEOUT") return true;
  return error.code === "ERR_HTTP_RATE_LIMITED" || (error.status ?? 0) >= 500;
}

import { CountersignError, HttpError } from "../../errors.js";
import type { RetryOptions } from "../retry.js";
import { untilAwake } from "./page-awake.js";

const minuteMs = 60_000;
const defaultIntervalMs = 10 * minuteMs;
const minIntervalMs = minuteMs;
const maxIntervalMs = 24 * 60 * minuteMs;
const maxBackOffMs = 60 * minuteMs;

/** So many users are asked about together: each batch reads the chosen rooms once. */
const batchSize = 250;

/** However many users there are, no two batches come closer than this. */
const minGapMs = 1000;

/** How a {@link Poller} asks. */
export interface PollerOptions extends Pick<RetryOptions, "random" | "wait"> {
  /** How often each user is asked about, in milliseconds: 1 minute to 24 hours. Default 10 minutes. */
  readonly intervalMs?: number | undefined;
  /** Asks about at most 250 users. What it throws is taken for a reason to ask less often. */
  readonly poll: (userIds: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Asks about users again and again. */
export interface Poller {
  add(userIds: Iterable<string>): void;
  remove(userIds: Iterable<string>): void;
}

/**
 * Asks about users at regular intervals, politely: one batch at a time, spread over the interval with some jitter, never
 * while the page is hidden or offline. After a failure the pause doubles, up to an hour, and is never shorter than what the
 * server asked for. Nothing runs while there is nobody to ask about.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for an interval out of range
 */
export function createPoller(options: PollerOptions): Poller {
  const { intervalMs = defaultIntervalMs } = options;
  if (!Number.isSafeInteger(intervalMs) || intervalMs < minIntervalMs || intervalMs > maxIntervalMs) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected an interval of 1 minute to 24 hours, in milliseconds");
  }
  // In the order in which they are due.
  const users = new Set<string>();
  let running: AbortController | undefined;
  return {
    add(userIds) {
      for (const userId of userIds) users.add(userId);
      if (running || users.size === 0) return;
      running = new AbortController();
      const signal = AbortSignal.any([options.signal, running.signal]);
      void keepPolling(users, intervalMs, { ...options, signal }).catch(() => undefined);
    },
    remove(userIds) {
      for (const userId of userIds) users.delete(userId);
      if (users.size > 0) return;
      running?.abort();
      running = undefined;
    },
  };
}

/** Ends by abort alone: `wait` rejects then. */
async function keepPolling(users: Set<string>, intervalMs: number, options: PollerOptions): Promise<never> {
  const { poll, random, wait, signal } = options;
  let failures = 0;
  let askedMs = 0;
  for (;;) {
    const usualMs = Math.max(intervalMs / Math.ceil(users.size / batchSize), minGapMs);
    const backOffMs = failures === 0 ? 0 : Math.min(intervalMs * 2 ** failures, maxBackOffMs);
    await wait(Math.max(usualMs, backOffMs, askedMs) * (1 + random() / 4), signal);
    await untilAwake(signal);
    try {
      await poll(nextBatch(users), signal);
      failures = 0;
      askedMs = 0;
    } catch (error) {
      failures += 1;
      askedMs = error instanceof HttpError ? Math.min(error.retryAfterMs ?? 0, maxIntervalMs) : 0;
    }
  }
}

/** Takes those who are due and puts them behind the others, so that a batch that fails holds nobody else up. */
function nextBatch(users: Set<string>): string[] {
  const batch = [...users].slice(0, batchSize);
  for (const userId of batch) {
    users.delete(userId);
    users.add(userId);
  }
  return batch;
}

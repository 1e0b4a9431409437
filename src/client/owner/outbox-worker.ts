import { orAborted } from "../../model/abort.js";
import type { Session } from "../session.js";
import { waitingEntries } from "./outbox.js";
import { type OutboxResult, resumeOutbox } from "./resume.js";

const firstPauseMs = 30_000;
const longestPauseMs = 60 * 60 * 1000;

/** Waits that long, or until something says that it may work again; rejects on abort. */
export type Idle = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Tries what waits in the outbox until nothing does: after a pause that doubles up to an hour, or at once when the browser is
 * online again. One round at a time.
 *
 * @param tell hears of every try
 * @returns wakes it: for when something was added, or things may work again
 */
export function createOutboxWorker(
  session: Session,
  tell: (result: OutboxResult) => void,
  random: () => number = Math.random,
  idle: Idle = idleInPage,
): () => void {
  const { signal } = session.closing;
  let isRunning = false;
  const run = async (): Promise<void> => {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      if ((await waitingEntries(session)).length === 0) return;
      await idle(pauseMs * (0.5 + random()), signal);
      for (const result of await resumeOutbox(session)) tell(result);
    }
  };
  return () => {
    if (isRunning || signal.aborted) return;
    isRunning = true;
    void run()
      // Closed meanwhile: the next instance on the same store goes on.
      .catch(() => undefined)
      .finally(() => {
        isRunning = false;
      });
  };
}

function idleInPage(ms: number, signal: AbortSignal): Promise<void> {
  const { addEventListener, removeEventListener } = globalThis as Partial<typeof globalThis>;
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const timer: unknown = setTimeout(() => end(), ms);
  // A program that has nothing else to do need not wait for this.
  (timer as { unref?: () => void }).unref?.();
  addEventListener?.("online", end);
  return orAborted(over, signal).finally(() => {
    clearTimeout(timer as ReturnType<typeof setTimeout>);
    removeEventListener?.("online", end);
  });
}

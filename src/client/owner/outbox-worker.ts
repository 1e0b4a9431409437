import { orAborted } from "../../model/abort.js";
import type { Session } from "../session.js";
import { waitingEntries } from "./outbox.js";
import { type OutboxResult, resumeOutbox } from "./resume.js";

const firstPauseMs = 30_000;
const longestPauseMs = 60 * 60 * 1000;

/** What a worker takes from the platform. */
export interface OutboxWorkerOptions {
  /** A number from 0 up to 1. */
  readonly random?: () => number;
  /** Resolves after so many milliseconds, rejects on abort. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Where `online` is heard. */
  readonly page?: Partial<Pick<EventTarget, "addEventListener">>;
}

/**
 * Tries what waits in the outbox until nothing does: after a pause that doubles up to an hour, and without a pause when the browser
 * is online again. One round at a time; ends when the instance is closed.
 *
 * @param tell hears of every try
 * @returns to be called when something was added: begins, or begins anew with a short pause
 */
export function createOutboxWorker(
  session: Session,
  tell: (result: OutboxResult) => void,
  { random = Math.random, wait = waitQuietly, page = globalThis }: OutboxWorkerOptions = {},
): () => void {
  const { signal } = session.closing;
  let isRunning = false;
  /** Heard and not heeded yet. */
  let news: "added" | "online" | undefined;
  let cutPause = (): void => undefined;
  const hear = (what: "added" | "online"): void => {
    if (news !== "online") news = what;
    cutPause();
    // A store that fails ends the run; what waits there is tried again when something is heard.
    if (!isRunning) run().catch(() => undefined);
  };
  /** Whether the whole pause went by without news. */
  const rest = async (ms: number): Promise<boolean> => {
    if (news) return false;
    const cut = new AbortController();
    cutPause = () => cut.abort();
    await wait(ms, AbortSignal.any([signal, cut.signal])).catch(() => undefined);
    return !cut.signal.aborted;
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    try {
      for (let pauseMs = firstPauseMs; !signal.aborted; ) {
        const heard = news;
        news = undefined;
        const isAnythingWaiting = (await waitingEntries(session)).length > 0;
        if (!isAnythingWaiting && !news) return;
        if (heard) pauseMs = firstPauseMs;
        if (!isAnythingWaiting || (heard !== "online" && !(await rest(pauseMs * (0.5 + random()))))) continue;
        for (const result of await resumeOutbox(session)) tell(result);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      }
    } finally {
      isRunning = false;
    }
  };
  page.addEventListener?.("online", () => hear("online"), { signal });
  return () => hear("added");
}

/** A program that has nothing else to do need not wait for this. */
function waitQuietly(ms: number, signal: AbortSignal): Promise<void> {
  let timer: unknown;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    (timer as { unref?: () => void }).unref?.();
  });
  return orAborted(over, signal).finally(() => clearTimeout(timer as ReturnType<typeof setTimeout>));
}

import { aborted, onAbort } from "../model/abort.js";

/** Runs a task when it is its turn; a caller whose signal ends while it waits gives up its place. */
export type Semaphore = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * At most `limit` tasks at a time, the others in the order they came.
 *
 * Own code: a queue of two dozen lines is no reason for a dependency.
 */
export function createSemaphore(limit: number): Semaphore {
  const waiting = new Set<() => void>();
  let running = 0;
  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = onAbort(signal, () => {
        waiting.delete(start);
        reject(aborted(signal));
      });
      const start = (): void => {
        stop();
        resolve();
      };
      waiting.add(start);
    });
  return async (task, signal) => {
    if (signal.aborted) throw aborted(signal);
    if (running >= limit) await turn(signal);
    else running += 1;
    try {
      return await task();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else running -= 1;
    }
  };
}

import { aborted, orAborted } from "../model/abort.js";

/** Runs one task at a time. */
export type PublishLock = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * A lock for the publishing of one user: two writers of one manifest in the same moment would each lose what the other wrote.
 *
 * With Web Locks it spans the tabs of this origin, else this instance alone.
 */
export function createPublishLock(userId: string): PublishLock {
  const locks = globalThis.navigator?.locks;
  if (locks) return (task, signal) => locks.request(`matrix-countersign publish ${userId}`, { signal }, task);
  let last: Promise<unknown> = Promise.resolve();
  return (task, signal) => {
    const result = last.then(() => {
      if (signal.aborted) throw aborted(signal);
      return task();
    });
    last = result.catch(() => undefined);
    return orAborted(result, signal);
  };
}

import { aborted, orAborted } from "../model/abort.js";

/** Runs one task at a time. */
export type PublishLock = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** What runs, or waits, under each name where there are no Web Locks. */
const lastByName = new Map<string, Promise<unknown>>();

/**
 * A lock for one user's writing: two writers of one manifest in the same moment would each lose what the other wrote.
 *
 * With Web Locks it spans the tabs of this origin, else what runs in this page or process.
 */
export function createPublishLock(what: string, userId: string): PublishLock {
  const name = `matrix-countersign ${what} ${userId}`;
  const locks = globalThis.navigator?.locks;
  if (locks) return (task, signal) => locks.request(name, signal ? { signal } : {}, task);
  return (task, signal) => {
    const before = lastByName.get(name) ?? Promise.resolve();
    const result = before.then(() => {
      if (signal?.aborted) throw aborted(signal);
      return task();
    });
    const last = result
      .catch(() => undefined)
      .then(() => {
        if (lastByName.get(name) === last) lastByName.delete(name);
      });
    lastByName.set(name, last);
    return orAborted(result, signal);
  };
}

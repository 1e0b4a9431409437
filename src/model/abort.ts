import { CountersignError } from "../errors.js";

/** The error for a call that its caller, or `close()`, ended. */
export function aborted(signal: AbortSignal): CountersignError {
  return new CountersignError("ERR_ABORTED", "the call was aborted", { cause: signal.reason });
}

/** @throws CountersignError `ERR_ABORTED` where the signal has ended */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal);
}

/**
 * Calls `listener` when the signal ends; the function returned takes it away.
 *
 * Listens on a signal that follows this one, because Node takes a dozen listeners on one signal for a leak.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const follower = AbortSignal.any([signal]);
  follower.addEventListener("abort", listener, { once: true });
  return () => follower.removeEventListener("abort", listener);
}

/**
 * What `work` gives, unless the signal ends the wait first: for other people's promises, which may never settle.
 *
 * @throws CountersignError `ERR_ABORTED`; whatever `work` rejects with
 */
export function orAborted<T>(work: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return Promise.resolve(work);
  return new Promise((resolve, reject) => {
    const end = (): void => reject(aborted(signal));
    if (signal.aborted) end();
    const stop = onAbort(signal, end);
    work.then(resolve, reject).then(stop);
  });
}

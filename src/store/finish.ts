/**
 * The results of `requests` once `transaction` is complete, or the error that ended it.
 *
 * Waits for every promise: idb makes one for each request and one for the transaction, and when it aborts all of them
 * reject, most with a mere `AbortError`. Nobody else may see those, and the one with a cause is the one to throw.
 */
export async function finish<T>(transaction: { done: Promise<void> }, requests: readonly Promise<T>[]): Promise<T[]> {
  const [end, ...settled] = await Promise.allSettled([transaction.done, ...requests]);
  const errors = [end, ...settled].flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  if (errors.length > 0) throw errors.find((error) => nameOf(error) !== "AbortError") ?? errors[0];
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value as T] : []));
}

/** The name by which DOM exceptions are told apart. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

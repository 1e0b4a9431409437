import { orAborted } from "../../model/abort.js";

/**
 * Resolves as soon as somebody may be looking and there is a network: while the page is hidden, or the browser says that it
 * is offline, nobody is served by a request. At once where there is no page.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function untilAwake(signal: AbortSignal): Promise<void> {
  while (isAsleep()) await somethingChanges(signal);
}

function isAsleep(): boolean {
  return globalThis.document?.visibilityState === "hidden" || globalThis.navigator?.onLine === false;
}

async function somethingChanges(signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const change = new Promise<void>((resolve) => {
    const listen = { signal: done.signal };
    globalThis.document?.addEventListener("visibilitychange", () => resolve(), listen);
    globalThis.addEventListener?.("online", () => resolve(), listen);
  });
  await orAborted(change, signal).finally(() => done.abort());
}

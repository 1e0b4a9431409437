import { CountersignError } from "../errors.js";
import { orAborted, throwIfAborted } from "../model/abort.js";
import type { MatrixClientLike } from "./client-like.js";

/** The name under which trust settings lie in secret storage. */
export const trustSecretName = "org.matrix.msc2961.trust";

/**
 * The text that lies in secret storage, decrypted and authenticated by the client: it may ask its user for the pass phrase. A server can
 * keep a newer one back or pretend that there is none, and cannot alter it.
 *
 * @returns `undefined` where the server has none
 * @throws CountersignError `ERR_TRUST_UNREADABLE` (no secret storage, no key, another key, a wrong MAC, nothing encrypted in it, no
 *   answer), `ERR_ABORTED`
 * @see Matrix specification, client-server API, "Secret storage"
 */
export async function readTrustSecret(client: MatrixClientLike, signal: AbortSignal): Promise<string | undefined> {
  const cause = await attempt(async () => {
    const text: unknown = await client.secretStorage?.get(trustSecretName);
    if (!client.secretStorage || !(text === undefined || typeof text === "string")) throw new TypeError("no text");
    return text;
  }, signal);
  if ("done" in cause) return cause.done;
  throw new CountersignError("ERR_TRUST_UNREADABLE", "expected trust settings that secret storage can decrypt", cause);
}

/**
 * Puts a text into secret storage, encrypted for its default key. Only reading back proves that it is there.
 *
 * @throws CountersignError `ERR_TRUST_UNSAVED` (no secret storage, no key, refused by the server, no answer), `ERR_ABORTED`
 */
export async function writeTrustSecret(client: MatrixClientLike, text: string, signal: AbortSignal): Promise<void> {
  const cause = await attempt(async () => {
    if (!client.secretStorage?.store) throw new TypeError("no secret storage");
    await client.secretStorage.store(trustSecretName, text);
  }, signal);
  if ("done" in cause) return;
  throw new CountersignError("ERR_TRUST_UNSAVED", "expected secret storage to take the trust settings", cause);
}

/** Tells when a syncing client hears that the text is another one; the function returned ends it. */
export function onTrustSecret(client: MatrixClientLike, listener: () => void): () => void {
  const hear = (event: { getType?(): unknown }): void => {
    if (event.getType?.() === trustSecretName) listener();
  };
  client.on?.("accountData", hear);
  return () => void client.off?.("accountData", hear);
}

/** What `work` gives, or why not: an abort alone is thrown. */
async function attempt<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<{ readonly done: T } | { readonly cause: unknown }> {
  try {
    return { done: await orAborted(work(), signal) };
  } catch (cause) {
    throwIfAborted(signal);
    return { cause };
  }
}

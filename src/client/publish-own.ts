import { CountersignError } from "../errors.js";
import { ownMasterKey } from "../matrix/own-identity.js";
import type { SignableObject } from "../model/signable.js";
import { type PublishOptions, selectRoutes } from "./options.js";
import { assertWritableKeyId, type OwnSignature } from "./own-signature.js";
import { type PublishReceipt, publishSignature } from "./publish.js";
import { callContext, type Session } from "./session.js";
import { verifySignature } from "./verify-signature.js";

/** Names an own signature: the same text for the same signature on the same key. */
export function identifyOwn({ masterKey, keyId, value }: OwnSignature): string {
  return JSON.stringify([masterKey, keyId, value]);
}

/**
 * Checks an own signature once more and publishes it. It is in the store from before the first request until a route has
 * it, so that no failure loses it.
 *
 * @param isVerified whether the signature was verified when it was accepted, with a key that may not be known otherwise
 * @throws CountersignError `ERR_OWN_IDENTITY_CHANGED`, `ERR_ACCEPT_NOT_VALID`, `ERR_KEY_ID_MALFORMED`, `ERR_OPTION_INVALID`,
 *   `ERR_CLOSED`, `ERR_ABORTED`, what `ownMasterKey` throws; HttpError where no route could be asked
 */
export async function publishOwn(
  session: Session,
  signature: OwnSignature,
  { routes, signal }: PublishOptions,
  isVerified: boolean,
): Promise<PublishReceipt> {
  const { store, now } = session;
  const context = callContext(session, signal);
  const selected = selectRoutes(routes);
  assertWritableKeyId(signature.keyId);
  const { masterKey, ...bare } = signature;
  const id = identifyOwn(signature);
  const keep = (reason: string): Promise<void> =>
    store.keep({ id, userId: bare.userId, masterKey, signature: bare, reason, keptAt: now() });
  await keep("publishing has not ended");
  try {
    const own = await ownMasterKey(session.client, session.http, context.signal);
    if (signature.userId !== own.signable.userId || masterKey !== own.publicKey) {
      throw new CountersignError("ERR_OWN_IDENTITY_CHANGED", "the own master key is another one than was signed");
    }
    if (!isVerified) await assertValid(session, signature, own.signable, context.signal);
    const receipt = await publishSignature(signature, own, selected, context);
    await (receipt.published ? store.discard(id) : keep("every route refused it"));
    return receipt;
  } catch (error) {
    if (!session.closing.signal.aborted) await keep(error instanceof CountersignError ? error.code : "failed");
    throw error;
  }
}

async function assertValid(
  { registry, now }: Session,
  signature: OwnSignature,
  object: SignableObject,
  signal: AbortSignal,
): Promise<void> {
  const { status, code } = await verifySignature(signature, object, { registry, now: now(), signal });
  if (status === "valid") return;
  throw new CountersignError("ERR_ACCEPT_NOT_VALID", `expected a valid signature, got ${code}`);
}

import { CountersignError } from "../errors.js";
import { ownMasterKey } from "../matrix/own-identity.js";
import { aborted } from "../model/abort.js";
import { AcceptError } from "../model/accept-error.js";
import type { SignableObject } from "../model/signable.js";
import { type PublishOptions, selectRoutes } from "./options.js";
import { copyOwn, type OwnSignature } from "./own-signature.js";
import { type PublishReceipt, passingFault, publishSignature } from "./publish.js";
import { callContext, type Session } from "./session.js";
import { verifySignature } from "./verify-signature.js";

/**
 * Checks an own signature once more and publishes it. It is in the store from before the first request until no chosen route
 * is left that might still take it, so that no failure loses it.
 *
 * @throws CountersignError `ERR_OWN_IDENTITY_CHANGED`, `ERR_ACCEPT_NOT_VALID`, `ERR_KEY_ID_MALFORMED`, `ERR_SIGNATURE_VALUE`,
 *   `ERR_OPTION_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`, what `ownMasterKey` throws; HttpError where no route could be asked
 */
export async function publishOwn(
  session: Session,
  signature: OwnSignature,
  { routes, signal }: PublishOptions,
): Promise<PublishReceipt> {
  const { store } = session;
  const context = callContext(session, signal);
  const selected = selectRoutes(routes);
  const { copy, id } = copyOwn(signature);
  const { masterKey, ...bare } = copy;
  const keep = (reason: string): Promise<void> =>
    store.keep({ id, userId: bare.userId, masterKey, signature: bare, reason, keptAt: session.now() });
  await keep("publishing has not ended");
  try {
    const own = await ownMasterKey(session.client, session.http, context.signal);
    if (copy.userId !== own.signable.userId || masterKey !== own.publicKey) {
      throw new CountersignError("ERR_OWN_IDENTITY_CHANGED", "the own master key is another one than was signed");
    }
    if (!session.accepted.has(id)) await assertValid(session, copy, own.signable, context.signal);
    const receipt = await session.publishLock(() => publishSignature(bare, own, selected, context), context.signal);
    const reason = receipt.published ? passingFault(receipt.routes)?.code : "every route refused it";
    await (reason === undefined ? store.discard(id) : keep(reason));
    return receipt;
  } catch (cause) {
    const error = asError(cause, context.signal);
    // A store that was closed meanwhile has it all the same, from before the first request.
    await keep(error.code).catch(() => undefined);
    throw error;
  }
}

function asError(cause: unknown, signal: AbortSignal): CountersignError {
  if (cause instanceof CountersignError) return cause;
  return signal.aborted ? aborted(signal) : new CountersignError("ERR_PUBLISH_FAILED", "publishing failed", { cause });
}

async function assertValid(
  { registry, now }: Session,
  signature: OwnSignature,
  object: SignableObject,
  signal: AbortSignal,
): Promise<void> {
  const verdict = await verifySignature(signature, object, { registry, now: now(), signal });
  if (verdict.status !== "valid") throw new AcceptError(verdict);
}

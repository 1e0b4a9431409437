/**
 * What the owner of a key does: loaded when it is first needed, since most pages only ever read.
 */
import { ownMasterKey } from "../matrix/own-identity.js";
import { acceptSignature, copyOwn, type OwnSignature, type SigningRequest, signingRequest } from "./own-signature.js";
import { callContext, type Session } from "./session.js";

export { publishOwn } from "./publish-own.js";

/** The request to sign the own master key with an algorithm. Throws what `ownMasterKey` and `signingRequest` throw. */
export async function prepareOwn(session: Session, algorithm: string, signal?: AbortSignal): Promise<SigningRequest> {
  const { client, http, registry } = session;
  const own = await ownMasterKey(client, http, callContext(session, signal).signal);
  return signingRequest(registry, algorithm, own);
}

/** The verified signature in a signing tool's output, remembered as such. Throws what `acceptSignature` throws. */
export async function acceptOwn(
  session: Session,
  request: SigningRequest,
  output: string | Uint8Array,
  signal?: AbortSignal,
): Promise<OwnSignature> {
  const context = callContext(session, signal);
  const signature = await acceptSignature(session.registry, request, output, context.now(), context.signal);
  session.accepted.add(copyOwn(signature).id);
  return signature;
}

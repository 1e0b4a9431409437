/**
 * What the owner of a key does: loaded when it is first needed, since most pages only ever read.
 */
import { ownMasterKey, ownPublicKey } from "../../matrix/own-identity.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import { identifyServer } from "../../matrix/servers/identify-server.js";
import { callContext, type Session } from "../session.js";
import { disclosuresOn } from "./disclosure.js";
import { holdAccepted, outboxEntry } from "./outbox.js";
import {
  acceptSignature,
  copyOwn,
  type OwnSignature,
  type SigningRequest,
  signingRequest,
  unsignedMasterKey,
} from "./own-signature.js";

export { diagnose } from "../../matrix/diagnose.js";
export { prepareRoom } from "../../matrix/prepare-room.js";
export { carryOver } from "./carry-over.js";
export { discardEntry } from "./outbox.js";
export { createOutboxWorker } from "./outbox-worker.js";
export { publishOwn } from "./publish-own.js";
export { resumeOutbox } from "./resume.js";
export { withdrawOwn } from "./withdraw.js";

/**
 * The request to sign the own master key with an algorithm. Offline the server's copy of the key is not compared: publishing does
 * that. Throws what `ownMasterKey` and `signingRequest` throw.
 */
export async function prepareOwn(session: Session, algorithm: string, signal?: AbortSignal): Promise<SigningRequest> {
  const { client, http, registry } = session;
  const context = callContext(session, signal);
  if (session.offline) {
    const own = unsignedMasterKey(ownUserId(client), await ownPublicKey(client, context.signal));
    return signingRequest(registry, algorithm, own, disclosuresOn(undefined));
  }
  const own = await ownMasterKey(client, http, context.signal);
  const server = await identifyServer(http, client.getHomeserverUrl(), context.signal);
  return signingRequest(registry, algorithm, own, disclosuresOn(server));
}

/**
 * The verified signature in a signing tool's output: in the outbox before it is handed out, so that it is never lost. Throws what
 * `acceptSignature` throws.
 */
export async function acceptOwn(
  session: Session,
  request: SigningRequest,
  output: string | Uint8Array,
  signal?: AbortSignal,
): Promise<OwnSignature> {
  const context = callContext(session, signal);
  const now = context.now();
  const { signature, verdict } = await acceptSignature(session.registry, request, output, {
    now,
    offline: session.offline,
    signal: context.signal,
  });
  const { copy, id } = copyOwn(signature);
  const { masterKey, ...bare } = copy;
  session.accepted.set(id, verdict);
  await holdAccepted(
    session,
    outboxEntry({ id, action: "publish", signature: bare, masterKey, state: "accepted" }, now),
  );
  return signature;
}

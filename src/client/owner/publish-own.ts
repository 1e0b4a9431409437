import { CountersignError } from "../../errors.js";
import { type OwnMasterKey, ownMasterKey } from "../../matrix/own-identity.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import { identifyServer } from "../../matrix/servers/identify-server.js";
import { AcceptError } from "../../model/accept-error.js";
import type { Verdict } from "../../model/report.js";
import { readRoomIds } from "../../model/room-id.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import type { PublishOptions } from "../options.js";
import { callContext, type Session } from "../session.js";
import { verifySignature } from "../verify-signature.js";
import { isWorthAnotherTry } from "./advice.js";
import { climb } from "./ladder.js";
import { createObserver } from "./observer.js";
import { outboxEntry } from "./outbox.js";
import { rememberedManifests } from "./own-manifest.js";
import { copyOwn, type OwnSignature } from "./own-signature.js";
import type { PublishReceipt } from "./receipt.js";
import { selectRoutes } from "./select-routes.js";
import { fulfil } from "./settle.js";

/**
 * Publishes an own signature. It is in the outbox from before the first request until no chosen route is left that might still
 * take it, so that no failure loses it.
 *
 * @throws CountersignError `ERR_OWN_IDENTITY_CHANGED`, `ERR_ACCEPT_NOT_VALID`, `ERR_KEY_ID_MALFORMED`, `ERR_SIGNATURE_VALUE`,
 *   `ERR_OPTION_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`, what `ownMasterKey` throws; HttpError where no route could be asked
 */
export async function publishOwn(
  session: Session,
  signature: OwnSignature,
  options: PublishOptions,
): Promise<PublishReceipt> {
  const context = callContext(session, options.signal);
  const { routes, rooms = [], force = [] } = options;
  selectRoutes(routes, [...session.rooms, ...readRoomIds(rooms)]);
  const { copy, id } = copyOwn(signature);
  const { masterKey, ...bare } = copy;
  const wish: OutboxEntry = {
    ...outboxEntry({ id, action: "publish", signature: bare, masterKey, state: "waiting" }, session.now()),
    ...(routes !== undefined && routes !== "auto" && { routes: [...routes] }),
    ...(rooms.length > 0 && { rooms: [...rooms] }),
    ...(force.length > 0 && { force: [...force] }),
  };
  return fulfil(session, wish, context, (entry) => publishEntry(session, entry, options, context));
}

/** One try to publish what the outbox holds. Throws what {@link publishOwn} throws. */
export async function publishEntry(
  session: Session,
  entry: OutboxEntry,
  { observer, authenticate }: Pick<PublishOptions, "observer" | "authenticate">,
  context: RouteContext,
): Promise<PublishReceipt> {
  const { signature, masterKey } = entry;
  const rooms = [...new Set([...session.rooms, ...(entry.rooms ?? [])])];
  const own = await ownMasterKey(session.client, session.http, context.signal);
  if (signature.userId !== own.signable.userId || masterKey !== own.publicKey) {
    throw new CountersignError("ERR_OWN_IDENTITY_CHANGED", "the own master key is another one than was signed");
  }
  const verdict = session.accepted.get(entry.id) ?? (await validVerdict(session, entry, own, context));
  const input = {
    signature,
    own,
    rooms,
    ...(await changeFor(session, own, entry, verdict)),
    routes: selectRoutes(entry.routes, rooms),
    namedRooms: entry.rooms ?? [],
    force: entry.force ?? [],
    server: await identifyServer(session.http, session.client.getHomeserverUrl(), context.signal),
    ...(observer && { observer: createObserver(observer, signature.userId, session.httpOptions, context.signal) }),
    ...(authenticate && { authenticate }),
  };
  const receipt = await climb(session, input, context);
  const passing = receipt.routes.map(({ error }) => error).find(isWorthAnotherTry);
  // Trying again later may well work, so this is no receipt.
  if (!receipt.published && passing) throw passing;
  return receipt;
}

/** What the manifest becomes: with the signature, and without a withdrawal of this very one. */
async function changeFor(session: Session, own: OwnMasterKey, { signature }: OutboxEntry, verdict: Verdict) {
  const { signer, valueHash } = verdict;
  const restore = signer && valueHash !== undefined ? [{ key: signer.keyHash, value: valueHash }] : [];
  const withdrawn = (await rememberedManifests(session, own)).flatMap((manifest) =>
    Array.isArray(manifest.withdrawn) ? manifest.withdrawn : [],
  );
  return {
    change: { add: [signature], restore },
    mustReachManifest: withdrawn.some((entry: { readonly key?: unknown } | null) => entry?.key === signer?.keyHash),
  };
}

async function validVerdict(
  { registry, now }: Session,
  { signature }: OutboxEntry,
  own: OwnMasterKey,
  { signal }: RouteContext,
): Promise<Verdict> {
  const verdict = await verifySignature(signature, own.signable, { registry, now: now(), signal });
  if (verdict.status !== "valid") throw new AcceptError(verdict);
  return verdict;
}

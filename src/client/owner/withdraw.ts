import { canonicalJson } from "../../encoding/canonical-json.js";
import { CountersignError, HttpError } from "../../errors.js";
import { isUnknownEndpoint } from "../../matrix/http.js";
import { type OwnMasterKey, ownMasterKey, ownPublicKey } from "../../matrix/own-identity.js";
import { membershipIn } from "../../matrix/own-membership.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import type { PlaceOutcome } from "../../matrix/routes/write-manifest.js";
import { identifyServer, type ServerIdentity } from "../../matrix/servers/identify-server.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { SeenSignature } from "../../model/identity.js";
import type { Withdrawal } from "../../model/manifest.js";
import type { Verdict } from "../../model/report.js";
import { readRoomIds } from "../../model/room-id.js";
import { serverNameOf } from "../../model/user-id.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import type { RoomOptions } from "../options.js";
import { readingContext, readingSources } from "../reading-setup.js";
import { callContext, type Session } from "../session.js";
import { verifySignature } from "../verify-signature.js";
import { isWorthAnotherTry } from "./advice.js";
import { addToOutbox, dropOutdated, inTurn, outboxEntry, settle } from "./outbox.js";
import { changeOwnManifest } from "./own-manifest.js";
import type { WithdrawnPlace, WithdrawObstacle, WithdrawReceipt } from "./withdraw-receipt.js";

/**
 * Takes the own signature under a key ID back: removes it from every copy of the manifest, lists it there as withdrawn, and with it
 * every copy of it under another name. The wish is in the outbox from before the first request until it is fulfilled.
 *
 * @throws CountersignError `ERR_WITHDRAW_UNKNOWN` (no own signature under this key ID), `ERR_OPTION_INVALID`, `ERR_CLOSED`,
 *   `ERR_ABORTED`, what `ownMasterKey` throws; HttpError
 */
export async function withdrawOwn(session: Session, keyId: string, options: RoomOptions): Promise<WithdrawReceipt> {
  const context = callContext(session, options.signal);
  const rooms = readRoomIds(options.rooms ?? []);
  // Of the crypto stack alone: the wish is written down before any request that could fail.
  const masterKey = await ownPublicKey(session.client, context.signal);
  const userId = ownUserId(session.client);
  const id = canonicalJson(["withdraw", userId, masterKey, keyId]);
  const signature = { userId, keyId, value: "" };
  const entry: OutboxEntry = {
    ...outboxEntry({ id, action: "withdraw", signature, masterKey, state: "waiting" }, session.now()),
    ...(rooms.length > 0 && { rooms }),
  };
  await addToOutbox(session, entry);
  return inTurn(session, context, () => settle(session, entry, context, () => withdrawEntry(session, entry, context)));
}

/** One try to fulfil what the outbox holds. Throws what {@link withdrawOwn} throws. */
export async function withdrawEntry(
  session: Session,
  entry: OutboxEntry,
  context: RouteContext,
): Promise<WithdrawReceipt> {
  const own = await ownMasterKey(session.client, session.http, context.signal);
  if (own.publicKey !== entry.masterKey) {
    throw new CountersignError("ERR_OWN_IDENTITY_CHANGED", "the own master key is another one than was signed");
  }
  const rooms = [...new Set([...session.rooms, ...(entry.rooms ?? [])])];
  const found = await findOwn(session, own, rooms, context);
  const { keyId } = entry.signature;
  const targets = found.filter(({ signature }) => signature.keyId === keyId);
  const isPending = (await session.store.outbox()).some(
    ({ action, signature, masterKey }) =>
      action === "publish" && signature.keyId === keyId && masterKey === own.publicKey,
  );
  if (targets.length === 0 && !isPending) {
    throw new CountersignError("ERR_WITHDRAW_UNKNOWN", "expected the key ID of an own signature, found none under it");
  }
  await dropOutdated(session, { ...entry, changedAt: session.now() });
  const taken = found.filter((one) => targets.some((target) => target === one || isCopyOf(one, target)));
  const listed = withdrawalsOf(targets.map(({ verdict }) => verdict));
  const server = await identifyServer(session.http, session.client.getHomeserverUrl(), context.signal);
  const hasProfileFields = server?.facts?.profileFields !== false;
  const { outcomes } = await changeOwnManifest(
    session,
    own,
    {
      profileField: hasProfileFields ? "write" : "leave",
      // Who reads a room's copy asks for no profile, so a copy there must follow; without profiles the room is all there is.
      rooms: new Map(rooms.map((roomId) => [roomId, hasProfileFields ? "follow" : "write"] as const)),
    },
    {
      remove: (signature) =>
        signature.keyId === keyId || taken.some((one) => nameOf(one.signature) === nameOf(signature)),
      withdraw: listed,
      // The whole key is taken back, so what else it signed has to stand in the manifest itself.
      add: found
        .filter((one) => !taken.includes(one) && isBySameKey(one, targets))
        .map(({ signature }) => bare(signature)),
    },
    context,
  );
  const places = await Promise.all(outcomes.map((outcome) => placeOf(outcome, own, context)));
  return {
    userId: own.signable.userId,
    keyId,
    withdrawn: places.some(({ done }) => done),
    complete: places.length > 0 && places.every(({ done }) => done),
    listed,
    relabelled: [...new Set(taken.map(({ signature }) => signature.keyId))].filter((other) => other !== keyId),
    places,
    ...(taken.some(({ signature }) => signature.seenIn.includes("master-key")) && { staysOnKey: staysOn(own, server) }),
  };
}

interface FoundSignature {
  readonly signature: SeenSignature;
  readonly verdict: Verdict;
}

/** Every own signature that any place serves, verified. */
async function findOwn(
  session: Session,
  own: OwnMasterKey,
  rooms: readonly string[],
  context: RouteContext,
): Promise<FoundSignature[]> {
  const { fetchIdentities } = await import("../reader-side.js");
  const sources = { ...readingSources(session), rooms, fresh: true };
  const { userId } = own.signable;
  const identity = (await fetchIdentities([userId], sources, readingContext(session, context.signal))).get(userId);
  const { registry, now } = session;
  return Promise.all(
    (identity?.signatures ?? []).map(async (signature) => ({
      signature,
      verdict: await verifySignature(signature, own.signable, { registry, now: now(), signal: context.signal }),
    })),
  );
}

/** Whether it is the same signature under another name: by the key and the value that were verified. */
function isCopyOf({ verdict: { signer, valueHash } }: FoundSignature, { verdict: other }: FoundSignature): boolean {
  return (
    signer !== undefined &&
    valueHash !== undefined &&
    signer.keyHash === other.signer?.keyHash &&
    valueHash === other.valueHash
  );
}

function isBySameKey({ verdict }: FoundSignature, targets: readonly FoundSignature[]): boolean {
  const keyHash = verdict.status === "valid" ? verdict.signer?.keyHash : undefined;
  return keyHash !== undefined && targets.some((target) => target.verdict.signer?.keyHash === keyHash);
}

/**
 * The key, and the value: most signatures can be rewritten without the key into another value that is as valid, so the value
 * alone would let a server serve it on; and the value stays withdrawn when the key vouches anew.
 */
function withdrawalsOf(verdicts: readonly Verdict[]): Withdrawal[] {
  const listed = verdicts.flatMap(({ signer, valueHash }): Withdrawal[] => {
    if (!signer) return [];
    const key = signer.keyHash;
    return valueHash === undefined ? [{ key }] : [{ key }, { key, value: valueHash }];
  });
  return [...new Map(listed.map((one) => [canonicalJson({ ...one }), one])).values()];
}

async function placeOf(
  { place, stored, error }: PlaceOutcome,
  own: OwnMasterKey,
  context: RouteContext,
): Promise<WithdrawnPlace> {
  const { route, roomId } = place;
  const where = { route, ...(roomId !== undefined && { roomId }) };
  if (stored) return { ...where, done: true };
  const obstacle = await obstacleOf(error, roomId, own, context);
  return { ...where, done: false, obstacle, ...(error && { error }) };
}

async function obstacleOf(
  error: CountersignError | undefined,
  roomId: string | undefined,
  own: OwnMasterKey,
  context: RouteContext,
): Promise<WithdrawObstacle> {
  if (isWorthAnotherTry(error)) return "passing";
  if (error?.code === "ERR_MANIFEST_SIZE") return "too-large";
  if (isUnknownEndpoint(error)) return "no-profile-fields";
  if (roomId === undefined || !(error instanceof HttpError) || error.status !== 403) return "refused";
  const membership = await membershipIn(roomId, own.signable.userId, context);
  if (membership === "join") return "power-level";
  return membership === "ban" ? "banned" : "left";
}

function staysOn({ signable }: OwnMasterKey, server: ServerIdentity | undefined) {
  const name = serverNameOf(signable.userId);
  const runs = server ? ` (${server.name} ${server.version})` : "";
  return {
    server: `${name}${runs}`,
    text:
      `${name}${runs}, and every server that has a copy of the key, go on serving the signature on the master key: ` +
      "no server lets anybody delete one. Readers who see the manifest do not count it any more; others still may.",
  };
}

function bare({ userId, keyId, value }: SeenSignature): ExternalSignature {
  return { userId, keyId, value };
}

function nameOf({ keyId, value }: ExternalSignature): string {
  return canonicalJson([keyId, value]);
}

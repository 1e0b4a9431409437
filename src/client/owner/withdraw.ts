import { canonicalJson } from "../../encoding/canonical-json.js";
import { CountersignError, HttpError } from "../../errors.js";
import { manifestRooms } from "../../matrix/manifest-rooms.js";
import { type OwnMasterKey, ownMasterKey, ownPublicKey } from "../../matrix/own-identity.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import { profileFieldPlace } from "../../matrix/routes/profile-field.js";
import { roomStatePlace } from "../../matrix/routes/room-state.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import { identifyServer } from "../../matrix/servers/identify-server.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { SeenSignature } from "../../model/identity.js";
import type { Withdrawal } from "../../model/manifest/manifest.js";
import type { Verdict } from "../../model/report.js";
import { readRoomIds } from "../../model/room-id.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import type { WithdrawOptions } from "../options.js";
import { callContext, type Session } from "../session.js";
import {
  type FoundOwn,
  type FoundSignature,
  findOwn,
  isBySameKey,
  isCopyOf,
  isOnKeyAlone,
  isTakenBack,
  pendingOf,
} from "./find-own.js";
import { dropOutdated, outboxEntry } from "./outbox.js";
import { changeOwnManifest } from "./own-manifest.js";
import { fulfil } from "./settle.js";
import type { WithdrawReceipt } from "./withdraw-receipt.js";
import { placeOf, staysOn } from "./withdrawn-place.js";

/**
 * Takes the own signature under a key ID back: removes it from every copy of the manifest, lists it there as withdrawn, and with it
 * every copy of it under another name. The wish is in the outbox from before the first request until it is fulfilled.
 *
 * @throws CountersignError `ERR_WITHDRAW_UNKNOWN` (no own signature under this key ID), `ERR_WITHDRAW_UNVERIFIABLE`,
 *   `ERR_WITHDRAW_UNREADABLE`, `ERR_OPTION_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`, what `ownMasterKey` throws; HttpError
 */
export async function withdrawOwn(session: Session, keyId: string, options: WithdrawOptions): Promise<WithdrawReceipt> {
  const context = callContext(session, options.signal);
  const rooms = readRoomIds(options.rooms ?? []);
  // Of the crypto stack alone: the wish is written down before any request that could fail.
  const masterKey = await ownPublicKey(session.client, context.signal);
  const userId = ownUserId(session.client);
  const id = canonicalJson(["withdraw", userId, masterKey, keyId]);
  const signature = { userId, keyId, value: "" };
  const wish: OutboxEntry = {
    ...outboxEntry({ id, action: "withdraw", signature, masterKey, state: "waiting" }, session.now()),
    ...(rooms.length > 0 && { rooms }),
    ...(options.force && { force: [...options.force] }),
  };
  return fulfil(session, wish, context, (entry, isAgain) => withdrawEntry(session, entry, isAgain, context));
}

/**
 * One try to fulfil what the outbox holds. Throws what {@link withdrawOwn} throws.
 *
 * @param isAgain whether there may have been a try before, so that what is nowhere any more was taken back by that one
 */
export async function withdrawEntry(
  session: Session,
  entry: OutboxEntry,
  isAgain: boolean,
  context: RouteContext,
): Promise<WithdrawReceipt> {
  const own = await ownMasterKey(session.client, session.http, context.signal);
  if (own.publicKey !== entry.masterKey) {
    throw new CountersignError("ERR_OWN_IDENTITY_CHANGED", "the own master key is another one than was signed");
  }
  // Another device, or an earlier instance, may have written to rooms that this one was not told of.
  const { holding, searchError } = await searchRooms(own.signable.userId, context);
  const rooms = [...new Set([...session.rooms, ...(entry.rooms ?? []), ...holding])];
  const { keyId } = entry.signature;
  const pending = await pendingOf(session, entry);
  const server = await identifyServer(session.http, session.client.getHomeserverUrl(), context.signal);
  const hasProfileFields = server?.facts?.profileFields !== false;
  const places = [
    ...(hasProfileFields ? [profileFieldPlace(own.signable.userId, context)] : []),
    ...rooms.map((roomId) => roomStatePlace(roomId, own.signable.userId, context)),
  ];
  const { found, withdrawn, isWhole } = await findOwn(session, own, places, pending, context);
  const targets = found.filter(({ signature }) => signature.keyId === keyId);
  if (targets.length === 0) {
    await dropOutdated(session, entry);
    return nothingServed(own, keyId, isAgain || pending.length > 0, isWhole);
  }
  assertListable(targets);
  const taken = found.filter((one) => targets.some((target) => target === one || isCopyOf(one, target)));
  const change = changeFor(keyId, taken, targets, { found, withdrawn });
  const { outcomes } = await changeOwnManifest(
    session,
    own,
    {
      profileField: hasProfileFields ? "write" : "leave",
      // Who reads a room's copy asks for no profile, so a copy there must follow; without profiles the room is all there is.
      rooms: new Map(rooms.map((roomId) => [roomId, hasProfileFields ? "follow" : "write"] as const)),
    },
    change,
    entry.force ?? [],
    context,
  );
  await dropOutdated(session, entry);
  const written = await Promise.all(outcomes.map((outcome) => placeOf(outcome, own, context)));
  return {
    userId: own.signable.userId,
    keyId,
    withdrawn: written.some(({ done }) => done),
    complete: !searchError && written.length > 0 && written.every(({ done }) => done),
    ...(searchError && { searchError }),
    listed: change.withdraw,
    relabelled: [...new Set(taken.map(({ signature }) => signature.keyId))].filter((other) => other !== keyId),
    places: written,
    ...(taken.some(({ signature }) => signature.seenIn.includes("master-key")) && { staysOnKey: staysOn(own, server) }),
  };
}

/** What cannot be searched now holds up nothing that can be done. */
async function searchRooms(
  userId: string,
  context: RouteContext,
): Promise<{ readonly holding: readonly string[]; readonly searchError?: HttpError }> {
  try {
    return { holding: await manifestRooms(userId, context) };
  } catch (error) {
    if (error instanceof HttpError) return { holding: [], searchError: error };
    throw error;
  }
}

/**
 * There is nothing to take back: it only waited to be published, which it does not any more, or an earlier try took it back.
 *
 * @throws CountersignError `ERR_WITHDRAW_UNREADABLE` where a place that could not be read may hold it, `ERR_WITHDRAW_UNKNOWN`
 */
function nothingServed(
  { signable }: OwnMasterKey,
  keyId: string,
  wasThere: boolean,
  isWhole: boolean,
): WithdrawReceipt {
  if (!isWhole) {
    throw new CountersignError("ERR_WITHDRAW_UNREADABLE", "a place that may hold the signature could not be read");
  }
  if (!wasThere) {
    throw new CountersignError("ERR_WITHDRAW_UNKNOWN", "expected the key ID of an own signature, found none under it");
  }
  const { userId } = signable;
  return { userId, keyId, withdrawn: true, complete: true, listed: [], relabelled: [], places: [] };
}

/**
 * Without the key that made it nothing tells readers what is taken back: removing it alone would let a server serve it on.
 * What is invalid convinces nobody anyway.
 *
 * @throws CountersignError `ERR_WITHDRAW_UNVERIFIABLE`
 */
function assertListable(targets: readonly FoundSignature[]): void {
  if (targets.every(({ verdict: { signer, status } }) => signer || status === "invalid")) return;
  throw new CountersignError(
    "ERR_WITHDRAW_UNVERIFIABLE",
    "expected the algorithm and the key of the signature, to say whose it is",
  );
}

/** What the manifest becomes without these signatures. */
function changeFor(
  keyId: string,
  taken: readonly FoundSignature[],
  targets: readonly FoundSignature[],
  { found, withdrawn }: Pick<FoundOwn, "found" | "withdrawn">,
) {
  return {
    remove: (signature: ExternalSignature): boolean =>
      signature.keyId === keyId || taken.some((one) => nameOf(one.signature) === nameOf(signature)),
    withdraw: withdrawalsOf(targets.map(({ verdict }) => verdict)),
    // The whole key is taken back, so what else it signed has to stand in the manifest itself: of what hangs on the master key
    // alone, all that counts now. What was taken back before must not come back by that.
    add: found
      .filter(isOnKeyAlone)
      .filter((one) => !taken.includes(one) && isBySameKey(one, targets) && !isTakenBack(one, withdrawn))
      .map(({ signature }) => bare(signature)),
  };
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

function bare({ userId, keyId, value }: SeenSignature): ExternalSignature {
  return { userId, keyId, value };
}

function nameOf({ keyId, value }: ExternalSignature): string {
  return canonicalJson([keyId, value]);
}

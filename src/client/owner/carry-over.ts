import { ownMasterKey } from "../../matrix/own-identity.js";
import { roomStatePlace } from "../../matrix/routes/room-state.js";
import { isSuccessor } from "../../matrix/successor.js";
import { readRoomIds } from "../../model/room-id.js";
import type { CarryOverOptions } from "../options.js";
import { callContext, type Session } from "../session.js";
import { changeOwnManifest, type PlaceUse, rememberedManifests } from "./own-manifest.js";
import { inTurn } from "./settle.js";

/**
 * Brings the own manifest from a room to the one that replaced it. Room upgrades leave members' state behind.
 *
 * @returns whether it stands in the new room; `false` where there is none to bring, where a rule of `lint` that was not overridden
 *   is against it, and for a room that does not say that it took the old one's place
 * @throws CountersignError `ERR_OPTION_INVALID`, `ERR_OWN_IDENTITY_*`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError
 */
export async function carryOver(
  session: Session,
  roomId: string,
  replacement: string,
  { signal, force = [] }: CarryOverOptions,
): Promise<boolean> {
  const context = callContext(session, signal);
  readRoomIds([roomId, replacement]);
  // Whoever writes a tombstone could point it at a room of strangers.
  if (!(await isSuccessor({ http: session.http, roomId: replacement, signal: context.signal }, roomId))) return false;
  session.rooms.add(replacement);
  const own = await ownMasterKey(session.client, session.http, context.signal);
  return inTurn(session, context, async () => {
    const old = await roomStatePlace(roomId, own.signable.userId, context).read();
    if (!old && (await rememberedManifests(session, own)).length === 0) return false;
    const rooms = new Map<string, PlaceUse>([
      [roomId, "follow"],
      [replacement, "write"],
    ]);
    const { outcomes } = await changeOwnManifest(session, own, { profileField: "follow", rooms }, {}, force, context);
    return outcomes.some(({ place, stored }) => place.roomId === replacement && stored);
  });
}

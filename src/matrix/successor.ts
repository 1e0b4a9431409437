import { isJsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { type RoomAddress, readCreateEvent } from "./read-state.js";

/**
 * Whether a room says of itself that it took the place of another.
 *
 * A tombstone alone names any room whatever, one that has nothing to do with it too. Does not ask whether the old room agrees.
 *
 * @returns `false` too for a room that cannot be read: one that is not joined yet, for one
 * @throws CountersignError `ERR_ABORTED`; HttpError `ERR_HTTP_*`
 * @see Matrix specification, client-server API, `m.room.create`, `predecessor`
 */
export async function isSuccessor(room: RoomAddress, roomId: string): Promise<boolean> {
  try {
    const { predecessor } = (await readCreateEvent(room)).content;
    return isJsonObject(predecessor) && predecessor.room_id === roomId;
  } catch (error) {
    if (error instanceof CountersignError && error.code === "ERR_ROOM_UNAVAILABLE") return false;
    throw error;
  }
}

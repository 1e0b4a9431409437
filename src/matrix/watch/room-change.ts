import { isJsonObject } from "../../encoding/json-object.js";
import { manifestName } from "../../model/manifest/manifest.js";
import { isUserId } from "../../model/user-id.js";
import type { WatchEvent } from "./watch-event.js";

/** Room IDs are at most this long, in bytes. */
const maxRoomIdChars = 255;

/**
 * What a state event of matrix-js-sdk says about the owners of manifests.
 *
 * Read by its shape, because the class differs between versions. Does not check what a manifest holds.
 *
 * @param event as `RoomState.events` gives it
 * @param previous the event that it replaced, as far as the client knew it
 * @param rooms the rooms chosen for manifests
 * @returns `undefined` for what changes nobody's manifest
 */
export function readRoomChange(event: unknown, previous: unknown, rooms: ReadonlySet<string>): WatchEvent | undefined {
  const roomId = ask(event, "getRoomId");
  const stateKey = ask(event, "getStateKey");
  if (typeof roomId !== "string" || typeof stateKey !== "string" || !rooms.has(roomId)) return undefined;
  switch (ask(event, "getType")) {
    case manifestName:
      if (ask(event, "getSender") !== stateKey || !isUserId(stateKey)) return undefined;
      return { kind: "user", userId: stateKey, source: "room-state" };
    case "m.room.member":
      if (!isUserId(stateKey) || !cameOrWent(event, previous)) return undefined;
      return { kind: "user", userId: stateKey, source: "membership" };
    case "m.room.tombstone": {
      const replacement = contentOf(event, "replacement_room");
      if (stateKey !== "" || typeof replacement !== "string") return undefined;
      if (!replacement.startsWith("!") || replacement.length > maxRoomIdChars) return undefined;
      return { kind: "room-upgraded", roomId, replacement };
    }
    default:
      return undefined;
  }
}

/**
 * Of who is not joined only withdrawals count, so leaving takes signatures away. Where the client did not know the member
 * (a first sync, members loaded lazily) a join is passed over: it could only add some, and a first sync is full of them.
 */
function cameOrWent(event: unknown, previous: unknown): boolean {
  const isJoined = contentOf(event, "membership") === "join";
  const before = contentOf(previous, "membership");
  return before === undefined ? !isJoined : isJoined !== (before === "join");
}

function contentOf(event: unknown, name: string): unknown {
  const content = ask(event, "getContent");
  return isJsonObject(content) && Object.hasOwn(content, name) ? content[name] : undefined;
}

function ask(event: unknown, method: string): unknown {
  if (typeof event !== "object" || event === null) return undefined;
  const getter: unknown = Reflect.get(event, method);
  return typeof getter === "function" ? Reflect.apply(getter, event, []) : undefined;
}

/** A room replaced by another of a newer version, as Synapse does it. */
import { MatrixError } from "./errors.js";
import { type JsonObject, objectAt, objectFrom, stringAt, without } from "./json.js";
import { checkEvent, creatorsOf } from "./room-rules.js";
import { hasPrivilegedCreators, isRoomVersion, type RoomVersion } from "./room-versions.js";
import { addRoom, appendEvent, memberContent, membershipIn, stateContent } from "./rooms.js";
import type { Room, ServerState, User } from "./state.js";

/** What goes with a room. Nothing that members wrote under their own names does: they carry it over themselves. */
const CARRIED_OVER = [
  "m.room.join_rules",
  "m.room.name",
  "m.room.topic",
  "m.room.history_visibility",
  "m.room.guest_access",
  "m.room.avatar",
  "m.room.encryption",
  "m.room.server_acl",
];

/** The version of that name; throws M_UNSUPPORTED_ROOM_VERSION. */
export function checkedRoomVersion(name: string): RoomVersion {
  if (isRoomVersion(name)) return name;
  throw new MatrixError(400, "M_UNSUPPORTED_ROOM_VERSION", "Your homeserver does not support this room version");
}

/**
 * Makes the room that replaces another, or finds it if that user has made it already; members must be invited or join
 * anew, who is banned stays so. Aliases stay with the old room. Throws M_FORBIDDEN.
 */
export function upgradeRoom(server: ServerState, old: Room, user: User, version: RoomVersion): Room {
  const known = server.rooms.get(stringAt(stateContent(old, "m.room.tombstone"), "replacement_room") ?? "");
  if (known !== undefined && creatorsOf(known)[0] === user.userId) return known;
  const tombstone = { type: "m.room.tombstone", sender: user.userId, stateKey: "" };
  checkEvent(old, { ...tombstone, content: {} });
  const next = addRoom(server, version);
  furnishFrom(server, old, next, user);
  const content = { body: "This room has been replaced", replacement_room: next.roomId };
  appendEvent(server, old, { ...tombstone, content });
  quieten(server, old, user);
  return next;
}

function furnishFrom(server: ServerState, old: Room, next: Room, user: User): void {
  const { userId } = user;
  const say = (type: string, content: JsonObject, stateKey = ""): void => {
    appendEvent(server, next, { type, sender: userId, stateKey, content });
  };
  const isAbove = hasPrivilegedCreators(next.version);
  const kept = without(stateContent(old, "m.room.create") ?? {}, "creator", "additional_creators");
  const predecessor = { room_id: old.roomId, ...(isAbove ? {} : { event_id: old.events.at(-1)?.eventId ?? "" }) };
  const creator: JsonObject = isAbove ? {} : { creator: userId };
  say("m.room.create", { ...kept, ...creator, room_version: next.version, predecessor });
  say("m.room.member", memberContent(user, "join"), userId);
  say("m.room.power_levels", levelsFor(next, stateContent(old, "m.room.power_levels") ?? {}, userId));
  for (const event of old.state.values()) {
    const { type, stateKey = "", content } = event;
    const isBan = type === "m.room.member" && membershipIn(event) === "ban";
    if (isBan || (CARRIED_OVER.includes(type) && stateKey === "")) say(type, content, stateKey);
  }
}

/** The old room's levels, without those who stand above them now; whoever stood above them before needs one. */
function levelsFor(next: Room, levels: JsonObject, userId: string): JsonObject {
  const users = objectAt(levels, "users") ?? {};
  if (hasPrivilegedCreators(next.version)) return { ...levels, users: without(users, ...creatorsOf(next)) };
  return { ...levels, users: objectFrom([...Object.entries(users), [userId, 100]]) };
}

/** In a room that was replaced nobody of the usual power talks or invites; state that was open to them stays open. */
function quieten(server: ServerState, room: Room, user: User): void {
  const levels = stateContent(room, "m.room.power_levels") ?? {};
  const event = { type: "m.room.power_levels", sender: user.userId, stateKey: "" };
  const silence = { ...levels, events_default: 50, invite: 50 };
  appendEvent(server, room, { ...event, content: silence });
}

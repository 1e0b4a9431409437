/** Making rooms, and coming and going. */
import { badJson, MatrixError, missingParam, notFound } from "../errors.js";
import { arrayAt, type JsonObject, objectAt, objectFrom, own, stringAt } from "../json.js";
import { checkEvent, checkPowerLevels } from "../room-rules.js";
import { checkedRoomVersion, upgradeRoom } from "../room-upgrade.js";
import { hasPrivilegedCreators } from "../room-versions.js";
import {
  addRoom,
  appendEvent,
  joinedRoomOf,
  type Membership,
  memberContent,
  membershipOf,
  membersOf,
  roomOf,
  roomsJoinedBy,
} from "../rooms.js";
import type { AuthenticatedRequest, Router } from "../router.js";
import type { Room, ServerState, User } from "../state.js";

const ROOMS = "/_matrix/client/{v3|r0}/rooms";

/** Adds the routes. */
export function addRoomRoutes(router: Router): void {
  router.authenticated("POST", "/_matrix/client/{v3|r0}/createRoom", createRoom);
  router.authenticated("POST", `/_matrix/client/{v3|r0}/join/{}`, (request) => join(request));
  router.authenticated("POST", `${ROOMS}/{}/join`, (request) => join(request));
  router.authenticated("POST", `${ROOMS}/{}/leave`, (request) => move(request, request.session.user.userId, "leave"));
  router.authenticated("POST", `${ROOMS}/{}/invite`, (request) => moveNamed(request, "invite"));
  router.authenticated("POST", `${ROOMS}/{}/kick`, (request) => moveNamed(request, "leave"));
  router.authenticated("POST", `${ROOMS}/{}/ban`, (request) => moveNamed(request, "ban"));
  router.authenticated("POST", `${ROOMS}/{}/unban`, (request) => moveNamed(request, "leave"));
  router.authenticated("POST", `${ROOMS}/{}/forget`, () => ({}));
  router.authenticated("POST", `${ROOMS}/{}/upgrade`, ({ server, session, params, body }) => {
    const version = stringAt(body, "new_version");
    if (version === undefined) throw missingParam("new_version is missing");
    const room = joinedRoomOf(server, params[0] ?? "", session.user.userId);
    return { replacement_room: upgradeRoom(server, room, session.user, checkedRoomVersion(version)).roomId };
  });
  router.authenticated("GET", "/_matrix/client/{v3|r0}/joined_rooms", ({ server, session }) => ({
    joined_rooms: roomsJoinedBy(server, session.user.userId).map((room) => room.roomId),
  }));
  router.authenticated("GET", `${ROOMS}/{}/joined_members`, ({ server, session, params }) => {
    const room = joinedRoomOf(server, params[0] ?? "", session.user.userId);
    const describe = (userId: string): JsonObject => {
      const profile = server.users.get(userId)?.profile;
      return { display_name: profile?.get("displayname") ?? null, avatar_url: profile?.get("avatar_url") ?? null };
    };
    return { joined: objectFrom(membersOf(room).map((userId) => [userId, describe(userId)])) };
  });
  router.open("GET", "/_matrix/client/{v3|r0}/directory/room/{}", ({ server, params }) => {
    const roomId = server.aliases.get(params[0] ?? "");
    if (roomId === undefined) throw notFound("Room alias not found");
    return { room_id: roomId, servers: [server.serverName] };
  });
}

function createRoom({ server, session, body }: AuthenticatedRequest): JsonObject {
  const alias = checkedAlias(server, body);
  const room = addRoom(server, checkedRoomVersion(stringAt(body, "room_version") ?? server.profile.defaultRoomVersion));
  try {
    furnish(server, room, session.user, body, alias);
  } catch (error) {
    server.rooms.delete(room.roomId);
    if (alias !== undefined) server.aliases.delete(alias);
    throw error;
  }
  return { room_id: room.roomId };
}

/** Writes a new room's first events. */
function furnish(server: ServerState, room: Room, creator: User, body: JsonObject, alias: string | undefined): void {
  const say = (type: string, content: JsonObject, stateKey = ""): void => {
    appendEvent(server, room, { type, sender: creator.userId, stateKey, content });
  };
  const invited = arrayAt(body, "invite").filter((userId): userId is string => typeof userId === "string");
  const peers = presetOf(body) === "trusted_private_chat" ? invited : [];
  say("m.room.create", { ...objectAt(body, "creation_content"), ...creation(room, creator, peers) });
  say("m.room.member", memberContent(creator, "join"), creator.userId);
  const levels = initialPowerLevels(room, body, [creator.userId, ...peers]);
  checkPowerLevels(room, levels);
  say("m.room.power_levels", levels);
  if (alias !== undefined) {
    server.aliases.set(alias, room.roomId);
    say("m.room.canonical_alias", { alias });
  }
  const preset = presetOf(body);
  say("m.room.join_rules", { join_rule: preset === "public_chat" ? "public" : "invite" });
  say("m.room.history_visibility", { history_visibility: "shared" });
  for (const event of arrayAt(body, "initial_state")) {
    const type = stringAt(event, "type");
    const content = objectAt(event, "content");
    if (type === undefined || content === undefined) throw badJson("initial_state holds events");
    const initial = { type, sender: creator.userId, stateKey: stringAt(event, "state_key") ?? "", content };
    checkEvent(room, initial);
    appendEvent(server, room, initial);
  }
  const name = stringAt(body, "name");
  if (name !== undefined) say("m.room.name", { name });
  const topic = stringAt(body, "topic");
  if (topic !== undefined) say("m.room.topic", { topic });
  const direct: JsonObject = own(body, "is_direct") === true ? { is_direct: true } : {};
  for (const userId of invited) setMembership(server, room, creator, userId, "invite", direct);
}

/** What a room's first event says of its version and its makers. */
function creation({ version }: Room, creator: User, peers: readonly string[]): JsonObject {
  if (!hasPrivilegedCreators(version)) return { room_version: version, creator: creator.userId };
  return { room_version: version, ...(peers.length === 0 ? {} : { additional_creators: [...peers] }) };
}

function checkedAlias(server: ServerState, body: JsonObject): string | undefined {
  const name = stringAt(body, "room_alias_name");
  if (name === undefined) return undefined;
  const alias = `#${name}:${server.serverName}`;
  if (server.aliases.has(alias)) throw new MatrixError(400, "M_ROOM_IN_USE", "Room alias already taken");
  return alias;
}

const presetOf = (body: JsonObject): string =>
  stringAt(body, "preset") ?? (stringAt(body, "visibility") === "public" ? "public_chat" : "private_chat");

function initialPowerLevels({ version }: Room, body: JsonObject, makers: readonly string[]): JsonObject {
  const isAbove = hasPrivilegedCreators(version);
  return {
    users: objectFrom(isAbove ? [] : makers.map((userId) => [userId, 100])),
    users_default: 0,
    events: {
      "m.room.name": 50,
      "m.room.power_levels": 100,
      "m.room.history_visibility": 100,
      "m.room.canonical_alias": 50,
      "m.room.avatar": 50,
      "m.room.tombstone": isAbove ? 150 : 100,
      "m.room.server_acl": 100,
      "m.room.encryption": 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: 0,
    ...objectAt(body, "power_level_content_override"),
  };
}

function join(request: AuthenticatedRequest): JsonObject {
  const { server, params, session } = request;
  const named = params[0] ?? "";
  const roomId = named.startsWith("#") ? server.aliases.get(named) : named;
  if (roomId === undefined || !server.rooms.has(roomId)) throw notFound("No known servers");
  setMembership(server, roomOf(server, roomId), session.user, session.user.userId, "join");
  return { room_id: roomId };
}

function moveNamed(request: AuthenticatedRequest, membership: Membership): JsonObject {
  const userId = stringAt(request.body, "user_id");
  if (userId === undefined) throw missingParam("user_id is missing");
  return move(request, userId, membership);
}

function move({ server, session, params, body }: AuthenticatedRequest, userId: string, to: Membership): JsonObject {
  const reason = stringAt(body, "reason");
  setMembership(
    server,
    roomOf(server, params[0] ?? ""),
    session.user,
    userId,
    to,
    reason === undefined ? {} : { reason },
  );
  return {};
}

/** Writes a membership event if the rules allow it. A join or a leaving that changes nothing is no event. */
function setMembership(
  server: ServerState,
  room: Room,
  sender: User,
  target: string,
  membership: Membership,
  more: JsonObject = {},
): void {
  if (membership === "leave" && sender.userId === target && membershipOf(room, target) === "leave") return;
  const content = { ...more, ...memberContent(server.users.get(target), membership) };
  const event = { type: "m.room.member", sender: sender.userId, stateKey: target, content };
  checkEvent(room, event);
  if (membership === "join" && membershipOf(room, target) === "join") return;
  appendEvent(server, room, event);
}

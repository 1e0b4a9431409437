/** Rooms: their events, their members, and what they look like to a client. */
import { createHash } from "node:crypto";
import { badJson, MatrixError, notFound } from "./errors.js";
import { canonicalJson, type JsonObject, type JsonValue, objectFrom, stringAt } from "./json.js";
import { hasPrivilegedCreators, type RoomVersion } from "./room-versions.js";
import { type Room, type RoomEvent, randomId, type ServerState, stateSlot, type User } from "./state.js";

/** The largest event, in bytes of its canonical JSON. */
const MAX_EVENT_BYTES = 65536;

export type Membership = "join" | "invite" | "leave" | "ban" | "knock";

export interface NewEvent {
  type: string;
  sender: string;
  stateKey?: string | undefined;
  content: JsonObject;
  transaction?: RoomEvent["transaction"];
  redacts?: string | undefined;
}

/** An empty room that nobody has created yet: the caller appends `m.room.create`. */
export function addRoom(server: ServerState, version: RoomVersion): Room {
  const room: Room = {
    roomId: hasPrivilegedCreators(version) ? `!${randomId(32)}` : `!${randomId()}:${server.serverName}`,
    version,
    events: [],
    state: new Map(),
    typing: { position: 0, userIds: [] },
    receipts: new Map(),
  };
  server.rooms.set(room.roomId, room);
  return room;
}

/**
 * Appends an event that the rules of room-rules.ts have let through; a state event that its sender wrote before, word for
 * word, stays the one it was. Throws M_BAD_JSON and M_TOO_LARGE.
 */
export function appendEvent(server: ServerState, room: Room, event: NewEvent): RoomEvent {
  checkSize(event);
  const position = server.stream.position + 1;
  const sentAt = server.now();
  const replaced = event.stateKey === undefined ? undefined : room.state.get(stateSlot(event.type, event.stateKey));
  if (replaced?.sender === event.sender && canonicalJson(replaced.content) === canonicalJson(event.content)) {
    return replaced;
  }
  const stored: RoomEvent = {
    eventId: `$${createHash("sha256").update(`${room.roomId} ${position} ${randomId()}`).digest("base64url")}`,
    type: event.type,
    sender: event.sender,
    stateKey: event.stateKey,
    content: event.content,
    sentAt,
    position,
    replaced,
    transaction: event.transaction,
    redacts: event.redacts,
    redactedBy: undefined,
  };
  room.events.push(stored);
  if (event.stateKey !== undefined) room.state.set(stateSlot(event.type, event.stateKey), stored);
  server.stream.advance();
  return stored;
}

function checkSize(event: NewEvent): void {
  let size: number;
  try {
    size = Buffer.byteLength(canonicalJson(event.content));
  } catch {
    throw badJson("The content has no canonical form");
  }
  const names = [event.type, event.stateKey ?? ""];
  if (size > MAX_EVENT_BYTES || names.some((name) => Buffer.byteLength(name) > 255)) {
    throw new MatrixError(413, "M_TOO_LARGE", "The event is too large");
  }
}

/** The room; throws 403 as real servers do, who do not say whether a room exists. */
export function roomOf(server: ServerState, roomId: string): Room {
  const room = server.rooms.get(roomId);
  if (room === undefined) throw new MatrixError(403, "M_FORBIDDEN", "You are not in this room");
  return room;
}

/** The room, of which the user must be a member now. */
export function joinedRoomOf(server: ServerState, roomId: string, userId: string): Room {
  const room = roomOf(server, roomId);
  if (membershipOf(room, userId) !== "join") throw new MatrixError(403, "M_FORBIDDEN", "You are not in this room");
  return room;
}

/** The content of the current state event, if there is one. */
export function stateContent(room: Room, type: string, stateKey = ""): JsonObject | undefined {
  return room.state.get(stateSlot(type, stateKey))?.content;
}

/** The user's membership now. */
export function membershipOf(room: Room, userId: string): Membership | undefined {
  return membershipIn(room.state.get(stateSlot("m.room.member", userId)));
}

/** The user's membership at a position of the stream. */
export function membershipAt(room: Room, userId: string, position: number): Membership | undefined {
  let event = room.state.get(stateSlot("m.room.member", userId));
  while (event !== undefined && event.position > position) event = event.replaced;
  return membershipIn(event);
}

/** The membership that an event says; undefined for none. */
export function membershipIn(event: RoomEvent | undefined): Membership | undefined {
  return event === undefined ? undefined : (stringAt(event.content, "membership") as Membership | undefined);
}

/** Everybody with that membership now. */
export function membersOf(room: Room, membership: Membership = "join"): string[] {
  const members: string[] = [];
  for (const event of room.state.values()) {
    if (event.type === "m.room.member" && membershipIn(event) === membership) members.push(event.stateKey ?? "");
  }
  return members;
}

/** Every room of which the user is a member now. */
export function roomsJoinedBy(server: ServerState, userId: string): Room[] {
  return [...server.rooms.values()].filter((room) => membershipOf(room, userId) === "join");
}

/** Whether two users are in one room, or are the same. */
export function shareRoom(server: ServerState, userId: string, otherId: string): boolean {
  return userId === otherId || roomsJoinedBy(server, userId).some((room) => membershipOf(room, otherId) === "join");
}

/** The content of a membership event with the user's name and picture. */
export function memberContent(user: User | undefined, membership: Membership): JsonObject {
  const shown = ["displayname", "avatar_url"].flatMap((name): [string, JsonValue][] => {
    const value = user?.profile.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return objectFrom([["membership", membership], ...shown]);
}

/** Writes a changed name or picture into every room that the user is in. */
export function refreshMemberProfile(server: ServerState, user: User): void {
  for (const room of roomsJoinedBy(server, user.userId)) {
    const content = memberContent(user, "join");
    appendEvent(server, room, { type: "m.room.member", sender: user.userId, stateKey: user.userId, content });
  }
}

/** The event of that ID; throws M_NOT_FOUND. */
export function eventOf(room: Room, eventId: string): RoomEvent {
  const event = room.events.find((candidate) => candidate.eventId === eventId);
  if (event === undefined) throw notFound("Event not found");
  return event;
}

/** An event as clients see it; the device that sent it also sees its transaction ID. */
export function clientEvent(room: Room, event: RoomEvent, now: number, deviceId?: string): JsonObject {
  const unsigned: JsonObject = { age: Math.max(0, now - event.sentAt) };
  if (event.transaction !== undefined && event.transaction.deviceId === deviceId) {
    unsigned.transaction_id = event.transaction.id;
  }
  if (event.replaced !== undefined) {
    unsigned.replaces_state = event.replaced.eventId;
    unsigned.prev_content = event.replaced.content;
    unsigned.prev_sender = event.replaced.sender;
  }
  if (event.redactedBy !== undefined) unsigned.redacted_because = clientEvent(room, event.redactedBy, now);
  return {
    event_id: event.eventId,
    room_id: room.roomId,
    type: event.type,
    sender: event.sender,
    ...(event.stateKey === undefined ? {} : { state_key: event.stateKey }),
    ...(event.redacts === undefined ? {} : { redacts: event.redacts }),
    origin_server_ts: event.sentAt,
    content: event.content,
    unsigned,
  };
}

/** The little that somebody invited may see of an event. */
export function strippedEvent(event: RoomEvent): JsonObject {
  return { type: event.type, sender: event.sender, state_key: event.stateKey ?? "", content: event.content };
}

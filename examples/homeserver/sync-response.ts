/** What `/sync` tells one device between two positions of the stream. */
import { deviceLists } from "./device-lists.js";
import { pushRules } from "./handlers/account-data.js";
import { oneTimeKeyCounts } from "./handlers/keys.js";
import { type JsonObject, type JsonValue, objectFrom } from "./json.js";
import { stateBefore } from "./room-state.js";
import { clientEvent, membershipAt, membershipIn, membersOf, strippedEvent } from "./rooms.js";
import { type Room, type RoomEvent, type ServerState, type Session, type Stamped, stateSlot } from "./state.js";
import { tokenOf } from "./stream.js";

/** What an invited user is shown of a room. */
const INVITE_TYPES = ["m.room.create", "m.room.name", "m.room.avatar", "m.room.join_rules", "m.room.encryption"];

/** What a client asked for. */
export interface SyncFilter {
  readonly timelineLimit: number;
  /** Whether rooms that the user left, or was banned from, are told of in a first sync too. */
  readonly includesLeft: boolean;
}

export interface SyncAnswer {
  readonly body: JsonObject;
  /** Whether nothing happened that this device must know. */
  readonly isEmpty: boolean;
}

/** Everything since a position; everything there is if undefined. */
export function syncSince(
  server: ServerState,
  session: Session,
  since: number | undefined,
  filter: SyncFilter,
): SyncAnswer {
  const { user, device } = session;
  const rooms = roomsSince(server, session, since, filter);
  const accountData = changedAccountData(user.accountData, since);
  if (since === undefined && !user.accountData.has("m.push_rules")) {
    accountData.push({ type: "m.push_rules", content: pushRules() });
  }
  device.inbox = device.inbox.filter(({ position }) => since === undefined || position > since);
  const lists = deviceLists(server, user.userId, since);
  const isEmpty =
    rooms.isEmpty &&
    accountData.length === 0 &&
    device.inbox.length === 0 &&
    lists.changed.length + lists.left.length === 0;
  const unused = [...device.fallbackKeys].filter(([, key]) => !key.used).map(([algorithm]) => algorithm);
  const body: JsonObject = {
    next_batch: tokenOf(server.stream.position),
    rooms: rooms.body,
    account_data: { events: accountData },
    presence: { events: [] },
    to_device: { events: device.inbox.map(({ content }) => content) },
    device_lists: { ...lists },
    device_one_time_keys_count: oneTimeKeyCounts(device),
    device_unused_fallback_key_types: unused,
    "org.matrix.msc2732.device_unused_fallback_key_types": unused,
  };
  return { body, isEmpty };
}

function changedAccountData(data: ReadonlyMap<string, Stamped>, since: number | undefined): JsonObject[] {
  return [...data]
    .filter(([, { position }]) => since === undefined || position > since)
    .map(([type, { content }]) => ({ type, content }));
}

interface RoomsAnswer {
  readonly body: JsonObject;
  readonly isEmpty: boolean;
}

function roomsSince(
  server: ServerState,
  session: Session,
  since: number | undefined,
  { timelineLimit: limit, includesLeft }: SyncFilter,
): RoomsAnswer {
  const join: [string, JsonValue][] = [];
  const invite: [string, JsonValue][] = [];
  const leave: [string, JsonValue][] = [];
  const { userId } = session.user;
  for (const room of server.rooms.values()) {
    const member = room.state.get(stateSlot("m.room.member", userId));
    const membership = membershipIn(member);
    if (member === undefined) continue;
    const isNew = since === undefined || member.position > since;
    if (membership === "join") {
      const joined = joinedRoom(server, session, room, since, limit);
      if (joined !== undefined) join.push([room.roomId, joined]);
    } else if (membership === "invite" && isNew) invite.push([room.roomId, invitedRoom(room, member)]);
    else if ((membership === "leave" || membership === "ban") && isNew && (since !== undefined || includesLeft)) {
      leave.push([room.roomId, leftRoom(server, session, room, member, since ?? member.position - 1)]);
    }
  }
  return {
    body: { join: objectFrom(join), invite: objectFrom(invite), leave: objectFrom(leave), knock: {} },
    isEmpty: join.length + invite.length + leave.length === 0,
  };
}

function joinedRoom(
  server: ServerState,
  session: Session,
  room: Room,
  since: number | undefined,
  limit: number,
): JsonObject | undefined {
  const { user, device } = session;
  const isFresh = since === undefined || membershipAt(room, user.userId, since) !== "join";
  const after = isFresh ? 0 : since;
  const news = room.events.filter(({ position }) => position > after);
  const timeline = limit === 0 ? [] : news.slice(-limit);
  const accountData = changedAccountData(
    user.roomAccountData.get(room.roomId) ?? new Map(),
    isFresh ? undefined : since,
  );
  const ephemeral = ephemeralSince(room, after);
  if (!isFresh && news.length === 0 && accountData.length === 0 && ephemeral.length === 0) return undefined;
  const firstShown = timeline[0]?.position ?? server.stream.position + 1;
  const before = timeline.length === news.length && !isFresh ? [] : [...stateBefore(room, firstShown).values()];
  const show = (event: RoomEvent): JsonObject => clientEvent(room, event, server.now(), device.deviceId);
  const others = membersOf(room).filter((userId) => userId !== user.userId);
  return {
    timeline: {
      events: timeline.map(show),
      limited: timeline.length < news.length,
      prev_batch: tokenOf(firstShown - 1),
    },
    state: { events: before.filter(({ position }) => position > after).map(show) },
    account_data: { events: accountData },
    ephemeral: { events: ephemeral },
    unread_notifications: { highlight_count: 0, notification_count: 0 },
    summary: {
      "m.heroes": others.slice(0, 5),
      "m.joined_member_count": membersOf(room).length,
      "m.invited_member_count": membersOf(room, "invite").length,
    },
  };
}

function ephemeralSince(room: Room, after: number): JsonObject[] {
  const events: JsonObject[] = [];
  if (room.typing.position > after) events.push({ type: "m.typing", content: { user_ids: room.typing.userIds } });
  const receipts = [...room.receipts].filter(([, { position }]) => position > after);
  for (const [userId, { eventId, type, sentAt }] of receipts) {
    const content = objectFrom([[eventId, objectFrom([[type, objectFrom([[userId, { ts: sentAt }]])]])]]);
    events.push({ type: "m.receipt", content });
  }
  return events;
}

function invitedRoom(room: Room, member: RoomEvent): JsonObject {
  const shown = [...room.state.values()].filter(
    (event) =>
      INVITE_TYPES.includes(event.type) || (event.type === "m.room.member" && event.stateKey === member.sender),
  );
  return { invite_state: { events: [...shown, member].map(strippedEvent) } };
}

function leftRoom(server: ServerState, session: Session, room: Room, member: RoomEvent, since: number): JsonObject {
  const wasIn = membershipAt(room, session.user.userId, since) === "join";
  const seen = room.events.filter(({ position }) => position > since && position <= member.position);
  const timeline = wasIn ? seen : [member];
  return {
    timeline: {
      events: timeline.map((event) => clientEvent(room, event, server.now(), session.device.deviceId)),
      limited: false,
      prev_batch: tokenOf((timeline[0]?.position ?? 1) - 1),
    },
    state: { events: [] },
    account_data: { events: [] },
  };
}

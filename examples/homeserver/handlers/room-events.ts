/** Reading and writing what is said in rooms: state, messages, redactions. */
import { forbidden, invalidParam, notFound } from "../errors.js";
import type { JsonObject } from "../json.js";
import { checkEvent, powerOf, powerToAct } from "../room-rules.js";
import { type RoomState, stateVisibleTo } from "../room-state.js";
import { appendEvent, clientEvent, eventOf, joinedRoomOf, membershipIn, type NewEvent, roomOf } from "../rooms.js";
import type { AuthenticatedRequest, Router } from "../router.js";
import { type Room, type RoomEvent, stateSlot } from "../state.js";
import { positionOf, tokenOf } from "../stream.js";

const ROOMS = "/_matrix/client/{v3|r0|v1}/rooms";

/** Transactions remembered at most; the oldest goes first. */
const MAX_TRANSACTIONS = 10_000;

/** Adds the routes. */
export function addRoomEventRoutes(router: Router): void {
  router.authenticated("PUT", `${ROOMS}/{}/send/{}/{}`, send);
  router.authenticated("PUT", `${ROOMS}/{}/redact/{}/{}`, redact);
  router.authenticated("PUT", `${ROOMS}/{}/state/{}`, putState);
  router.authenticated("PUT", `${ROOMS}/{}/state/{}/{}`, putState);
  router.authenticated("GET", `${ROOMS}/{}/state`, (request) => {
    const { room, state } = readableState(request);
    return [...state.values()].map((event) => clientEvent(room, event, request.server.now()));
  });
  router.authenticated("GET", `${ROOMS}/{}/state/{}`, getState);
  router.authenticated("GET", `${ROOMS}/{}/state/{}/{}`, getState);
  router.authenticated("GET", `${ROOMS}/{}/members`, members);
  router.authenticated("GET", `${ROOMS}/{}/messages`, messages);
  router.authenticated("GET", `${ROOMS}/{}/event/{}`, (request) => {
    const room = joinedRoom(request);
    return clientEvent(room, eventOf(room, request.params[1] ?? ""), request.server.now());
  });
  router.authenticated("GET", `${ROOMS}/{}/context/{}`, context);
  router.authenticated("GET", `${ROOMS}/{}/threads`, () => ({ chunk: [] }));
  router.authenticated("GET", `${ROOMS}/{}/relations/{}`, () => ({ chunk: [] }));
  router.authenticated("GET", `${ROOMS}/{}/relations/{}/{}`, () => ({ chunk: [] }));
  router.authenticated("GET", `${ROOMS}/{}/relations/{}/{}/{}`, () => ({ chunk: [] }));
}

/** Runs an action once for each transaction ID of a device, and repeats the first answer after that. */
function once(request: AuthenticatedRequest, transactionId: string, act: () => JsonObject): JsonObject {
  const { server, session } = request;
  const key = JSON.stringify([session.user.userId, session.device.deviceId, request.params, transactionId]);
  const known = server.transactions.get(key);
  if (known !== undefined) return known;
  const answer = act();
  server.transactions.set(key, answer);
  if (server.transactions.size > MAX_TRANSACTIONS) {
    for (const oldest of server.transactions.keys()) {
      server.transactions.delete(oldest);
      break;
    }
  }
  return answer;
}

function send(request: AuthenticatedRequest): JsonObject {
  const { server, session, params, body } = request;
  const [roomId = "", type = "", transactionId = ""] = params;
  return once(request, transactionId, () => {
    const room = joinedRoomOf(server, roomId, session.user.userId);
    const transaction = { deviceId: session.device.deviceId, id: transactionId };
    const event: NewEvent = { type, sender: session.user.userId, content: body, transaction };
    checkEvent(room, event);
    return { event_id: appendEvent(server, room, event).eventId };
  });
}

function redact(request: AuthenticatedRequest): JsonObject {
  const { server, session, params, body } = request;
  const [roomId = "", eventId = "", transactionId = ""] = params;
  return once(request, transactionId, () => {
    const room = joinedRoomOf(server, roomId, session.user.userId);
    const target = eventOf(room, eventId);
    const isOwn = target.sender === session.user.userId;
    if (!isOwn && powerOf(room, session.user.userId) < powerToAct(room, "redact")) {
      throw forbidden("You do not have permission to redact");
    }
    const transaction = { deviceId: session.device.deviceId, id: transactionId };
    const redaction = appendEvent(server, room, {
      type: "m.room.redaction",
      sender: session.user.userId,
      content: body,
      redacts: eventId,
      transaction,
    });
    target.content = redactedContent(target);
    target.redactedBy = redaction;
    return { event_id: redaction.eventId };
  });
}

/** What stays of an event's content: for membership what the room cannot do without. */
function redactedContent(event: RoomEvent): JsonObject {
  const membership = event.type === "m.room.member" ? membershipIn(event) : undefined;
  if (membership !== undefined) return { membership };
  return event.type === "m.room.power_levels" || event.type === "m.room.create" ? event.content : {};
}

function putState({ server, session, params, body }: AuthenticatedRequest): JsonObject {
  const [roomId = "", type = "", stateKey = ""] = params;
  const room = roomOf(server, roomId);
  const event: NewEvent = { type, sender: session.user.userId, stateKey, content: body };
  checkEvent(room, event);
  return { event_id: appendEvent(server, room, event).eventId };
}

function getState(request: AuthenticatedRequest): JsonObject {
  const [, type = "", stateKey = ""] = request.params;
  const { room, state } = readableState(request);
  const event = state.get(stateSlot(type, stateKey));
  if (event === undefined) throw notFound("Event not found");
  if (request.query.get("format") === "event") return clientEvent(room, event, request.server.now());
  return event.content;
}

const joinedRoom = ({ server, session, params }: AuthenticatedRequest): Room =>
  joinedRoomOf(server, params[0] ?? "", session.user.userId);

/** A room that the user is in or was in, and its state as far as they may see it. */
function readableState({ server, session, params }: AuthenticatedRequest): { room: Room; state: RoomState } {
  const room = roomOf(server, params[0] ?? "");
  return { room, state: stateVisibleTo(room, session.user.userId) };
}

function members(request: AuthenticatedRequest): JsonObject {
  const { room, state } = readableState(request);
  const wanted = request.query.get("membership");
  const unwanted = request.query.get("not_membership");
  const chunk = [...state.values()].filter((event) => {
    const membership = membershipIn(event);
    if (event.type !== "m.room.member") return false;
    return (wanted === null || membership === wanted) && (unwanted === null || membership !== unwanted);
  });
  return { chunk: chunk.map((event) => clientEvent(room, event, request.server.now())) };
}

function messages(request: AuthenticatedRequest): JsonObject {
  const { server, session, query } = request;
  const room = joinedRoom(request);
  const backwards = query.get("dir") !== "f";
  const limit = Math.min(Math.max(Number.parseInt(query.get("limit") ?? "10", 10) || 10, 1), 1000);
  const start = positionFrom(query.get("from")) ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
  const end = positionFrom(query.get("to"));
  const inRange = room.events.filter(({ position }) =>
    backwards
      ? position <= start && (end === undefined || position > end)
      : position > start && (end === undefined || position <= end),
  );
  const chunk = (backwards ? inRange.reverse() : inRange).slice(0, limit);
  const last = chunk.at(-1);
  const hasMore = chunk.length < inRange.length;
  const next = last === undefined ? undefined : tokenOf(backwards ? last.position - 1 : last.position);
  return {
    start: tokenOf(Math.min(start, server.stream.position)),
    ...(next === undefined || (backwards && !hasMore) ? {} : { end: next }),
    chunk: chunk.map((event) => clientEvent(room, event, server.now(), session.device.deviceId)),
    state: [],
  };
}

function positionFrom(token: string | null): number | undefined {
  if (token === null || token === "") return undefined;
  const position = positionOf(token);
  if (position === undefined) throw invalidParam("Invalid token");
  return position;
}

function context(request: AuthenticatedRequest): JsonObject {
  const room = joinedRoom(request);
  const event = eventOf(room, request.params[1] ?? "");
  const index = room.events.indexOf(event);
  const half = 5;
  const show = (shown: RoomEvent): JsonObject => clientEvent(room, shown, request.server.now());
  return {
    event: show(event),
    events_before: room.events
      .slice(Math.max(0, index - half), index)
      .reverse()
      .map(show),
    events_after: room.events.slice(index + 1, index + 1 + half).map(show),
    state: [...room.state.values()].map(show),
    start: tokenOf((room.events[Math.max(0, index - half)]?.position ?? 1) - 1),
    end: tokenOf(room.events[Math.min(room.events.length - 1, index + half)]?.position ?? 0),
  };
}

/** Account data, filters, push rules, receipts and typing: what a client keeps on its server. */
import { forbidden, invalidParam, notFound } from "../errors.js";
import { arrayAt, type JsonObject, own } from "../json.js";
import { joinedRoomOf } from "../rooms.js";
import type { AuthenticatedRequest, Router } from "../router.js";
import type { Stamped, User } from "../state.js";

const USER = "/_matrix/client/{v3|r0}/user";
const ROOMS = "/_matrix/client/{v3|r0}/rooms";
const EMPTY_RULES = { global: { override: [], content: [], room: [], sender: [], underride: [] } };

/** Push rules as every account starts with: none, clients bring their own defaults. */
export const pushRules = (): JsonObject => structuredClone(EMPTY_RULES);

/** Adds the routes. */
export function addAccountDataRoutes(router: Router): void {
  router.authenticated("PUT", `${USER}/{}/account_data/{}`, (request) => {
    const [userId = "", type = ""] = request.params;
    ownUser(request, userId).accountData.set(type, stamp(request));
    return {};
  });
  router.authenticated("GET", `${USER}/{}/account_data/{}`, (request) => {
    const [userId = "", type = ""] = request.params;
    return contentOf(ownUser(request, userId).accountData.get(type));
  });
  router.authenticated("PUT", `${USER}/{}/rooms/{}/account_data/{}`, (request) => {
    const [userId = "", roomId = "", type = ""] = request.params;
    const all = ownUser(request, userId).roomAccountData;
    const ofRoom = all.get(roomId) ?? new Map<string, Stamped>();
    all.set(roomId, ofRoom);
    ofRoom.set(type, stamp(request));
    return {};
  });
  router.authenticated("GET", `${USER}/{}/rooms/{}/account_data/{}`, (request) => {
    const [userId = "", roomId = "", type = ""] = request.params;
    return contentOf(ownUser(request, userId).roomAccountData.get(roomId)?.get(type));
  });
  router.authenticated("GET", `${USER}/{}/rooms/{}/tags`, () => ({ tags: {} }));
  router.authenticated("POST", `${USER}/{}/filter`, (request) => {
    const user = ownUser(request, request.params[0] ?? "");
    return { filter_id: String(user.filters.push(request.body) - 1) };
  });
  router.authenticated("GET", `${USER}/{}/filter/{}`, (request) => {
    const [userId = "", filterId = ""] = request.params;
    const filter = ownUser(request, userId).filters[Number.parseInt(filterId, 10)];
    if (filter === undefined) throw notFound("No such filter");
    return filter;
  });
  router.authenticated("GET", "/_matrix/client/{v3|r0}/pushrules", pushRules);
  router.authenticated("GET", "/_matrix/client/{v3|r0}/pushrules/global", () => EMPTY_RULES.global);
  router.authenticated("PUT", `${ROOMS}/{}/typing/{}`, typing);
  router.authenticated("POST", `${ROOMS}/{}/receipt/{}/{}`, receipt);
  router.authenticated("POST", `${ROOMS}/{}/read_markers`, () => ({}));
}

function ownUser({ session }: AuthenticatedRequest, userId: string): User {
  if (session.user.userId !== userId) throw forbidden("Another user's data");
  return session.user;
}

const stamp = ({ server, body }: AuthenticatedRequest): Stamped => ({
  content: body,
  position: server.stream.advance(),
});

function contentOf(stamped: Stamped | undefined): JsonObject {
  if (stamped === undefined) throw notFound("Account data not found");
  return stamped.content;
}

function typing(request: AuthenticatedRequest): JsonObject {
  const [roomId = "", userId = ""] = request.params;
  const user = ownUser(request, userId);
  const room = joinedRoomOf(request.server, roomId, user.userId);
  const others = room.typing.userIds.filter((other) => other !== userId);
  const userIds = own(request.body, "typing") === true ? [...others, userId] : others;
  room.typing = { position: request.server.stream.advance(), userIds };
  return {};
}

function receipt({ server, session, params }: AuthenticatedRequest): JsonObject {
  const [roomId = "", type = "", eventId = ""] = params;
  if (!["m.read", "m.read.private", "m.fully_read"].includes(type)) throw invalidParam("Unknown receipt type");
  const room = joinedRoomOf(server, roomId, session.user.userId);
  if (type !== "m.read") return {};
  const position = server.stream.advance();
  room.receipts.set(session.user.userId, { position, eventId, type, sentAt: server.now() });
  return {};
}

/** The strings in a JSON array. */
export const stringsAt = (value: JsonObject, key: string): string[] =>
  arrayAt(value, key).filter((item): item is string => typeof item === "string");

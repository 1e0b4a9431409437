import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { HttpError } from "../errors.js";
import { type MatrixRequest, path } from "./http.js";
import type { RouteContext } from "./routes/route.js";

/**
 * The own membership in a room, as far as the server says.
 *
 * Who left may still read how the room was then; who was banned may not, and learns it from `/sync` alone.
 *
 * @returns `undefined` where the server says nothing
 * @throws CountersignError `ERR_ABORTED`
 */
export async function membershipIn(
  roomId: string,
  userId: string,
  context: Pick<RouteContext, "http" | "signal">,
): Promise<string | undefined> {
  const { membership } = await orNothing(context, {
    method: "GET",
    path: path("rooms", roomId, "state", "m.room.member", userId),
  });
  if (typeof membership === "string") return membership;
  const synced = await orNothing(context, { method: "GET", path: `/sync?timeout=0&filter=${filterFor(roomId)}` });
  return leftMembership(synced, roomId, userId);
}

/** One room, of it the newest event, which is how the own membership ended. */
function filterFor(roomId: string): string {
  const none = { types: [] };
  const room = {
    rooms: [roomId],
    include_leave: true,
    timeline: { limit: 1 },
    state: none,
    ephemeral: none,
    account_data: none,
  };
  return encodeURIComponent(JSON.stringify({ room, presence: none, account_data: none }));
}

function leftMembership({ rooms }: JsonObject, roomId: string, userId: string): string | undefined {
  const left = isJsonObject(rooms) && isJsonObject(rooms.leave) ? rooms.leave : {};
  const room = Object.hasOwn(left, roomId) ? left[roomId] : undefined;
  const timeline = isJsonObject(room) && isJsonObject(room.timeline) ? room.timeline.events : undefined;
  const event: unknown = Array.isArray(timeline) ? timeline.at(-1) : undefined;
  if (!isJsonObject(event) || event.type !== "m.room.member" || event.state_key !== userId) return undefined;
  const { membership } = isJsonObject(event.content) ? event.content : {};
  return typeof membership === "string" ? membership : undefined;
}

async function orNothing(
  { http, signal }: Pick<RouteContext, "http" | "signal">,
  request: Pick<MatrixRequest, "method" | "path">,
): Promise<JsonObject> {
  try {
    return await http.request({ ...request, prefixes: ["r0"], signal });
  } catch (error) {
    if (error instanceof HttpError) return {};
    throw error;
  }
}

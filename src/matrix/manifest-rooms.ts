import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { manifestName } from "../model/manifest/manifest.js";
import { isRoomId } from "../model/room-id.js";
import type { RouteContext } from "./routes/route.js";

const maxRooms = 100;

/**
 * The rooms whose state holds the own manifest, those that the user left or was banned from too: one `/sync` that asks for nothing
 * else.
 *
 * @returns at most 100
 * @throws HttpError; CountersignError `ERR_ABORTED`
 */
export async function manifestRooms(
  userId: string,
  { http, signal }: Pick<RouteContext, "http" | "signal">,
): Promise<string[]> {
  const path = `/sync?timeout=0&filter=${filterFor(userId)}`;
  const { rooms } = await http.request({ method: "GET", path, prefixes: ["r0"], signal });
  const listed = isJsonObject(rooms) ? [rooms.join, rooms.leave] : [];
  const all = listed.flatMap((some) => (isJsonObject(some) ? Object.entries(some) : []));
  const holding = all.filter(([roomId, room]) => isRoomId(roomId) && holdsManifest(room, userId));
  return holding.map(([roomId]) => roomId).slice(0, maxRooms);
}

function filterFor(userId: string): string {
  const none = { types: [] };
  const own = { types: [manifestName], senders: [userId] };
  const room = { include_leave: true, state: own, timeline: { ...own, limit: 1 }, ephemeral: none, account_data: none };
  return encodeURIComponent(JSON.stringify({ room, presence: none, account_data: none }));
}

/** The newest of the own events counts; one that was emptied or redacted holds nothing. */
function holdsManifest(room: unknown, userId: string): boolean {
  const { state, timeline } = isJsonObject(room) ? room : {};
  const own = [state, timeline].flatMap(eventsOf).filter((event) => isOwnManifest(event, userId));
  const content = own.at(-1)?.content;
  return isJsonObject(content) && Object.keys(content).length > 0;
}

function eventsOf(part: unknown): JsonObject[] {
  const events = isJsonObject(part) && Array.isArray(part.events) ? part.events : [];
  return events.filter(isJsonObject);
}

function isOwnManifest({ type, sender, state_key }: JsonObject, userId: string): boolean {
  return type === manifestName && sender === userId && state_key === userId;
}

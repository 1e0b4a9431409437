import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { HttpError } from "../errors.js";
import { manifestName } from "../model/manifest/manifest.js";
import { isRoomId } from "../model/room-id.js";
import type { RouteContext } from "./routes/route.js";

const maxRooms = 100;

/**
 * The rooms whose state holds the own manifest, those that the user left or was banned from too: one `/sync` that asks for nothing
 * else.
 *
 * @returns at most 100; `undefined` where the server does not say
 * @throws CountersignError `ERR_ABORTED`
 */
export async function manifestRooms(
  userId: string,
  { http, signal }: Pick<RouteContext, "http" | "signal">,
): Promise<string[] | undefined> {
  try {
    const path = `/sync?timeout=0&filter=${filterFor(userId)}`;
    const limits = { maxRetries: 1, timeoutMs: 60_000 };
    const { rooms } = await http.request({ method: "GET", path, prefixes: ["r0"], limits, signal });
    const listed = isJsonObject(rooms) ? [rooms.join, rooms.leave] : [];
    const holding = listed.flatMap((some) => (isJsonObject(some) ? Object.entries(some) : []));
    return holding
      .filter(([roomId, room]) => isRoomId(roomId) && holdsManifest(room, userId))
      .map(([id]) => id)
      .slice(0, maxRooms);
  } catch (error) {
    if (error instanceof HttpError) return undefined;
    throw error;
  }
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

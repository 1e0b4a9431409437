import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError, HttpError } from "../errors.js";
import { type MatrixHttp, path } from "./http.js";

/** A room, and the requests to read it with. */
export interface RoomAddress {
  readonly http: MatrixHttp;
  readonly roomId: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * A room's first event: what it holds and, unless the server does not know `format`, who sent it.
 *
 * @throws CountersignError `ERR_ROOM_UNAVAILABLE`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`
 */
export async function readCreateEvent(room: RoomAddress): Promise<{ sender?: unknown; content: JsonObject }> {
  const answer = await readState(room, "m.room.create", "", "?format=event");
  if (!answer) throw new CountersignError("ERR_ROOM_UNAVAILABLE", "the homeserver knows no such room");
  const { sender, content } = answer;
  return isJsonObject(content) && typeof sender === "string" ? { sender, content } : { content: answer };
}

/**
 * The content of a state event.
 *
 * @param query what to append to the address
 * @returns `undefined` where there is none
 * @throws CountersignError `ERR_ROOM_UNAVAILABLE` (refused: not a member, for one), `ERR_ABORTED`; HttpError `ERR_HTTP_*`
 * @see Matrix specification, client-server API, `GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}`
 */
export async function readState(
  { http, roomId, signal }: RoomAddress,
  type: string,
  stateKey = "",
  query = "",
): Promise<JsonObject | undefined> {
  const segments = stateKey === "" ? [type] : [type, stateKey];
  try {
    return await http.request({
      method: "GET",
      path: path("rooms", roomId, "state", ...segments) + query,
      prefixes: ["r0"],
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== "ERR_HTTP_STATUS" || (error.status ?? 0) >= 500) throw error;
    if (error.errcode === "M_NOT_FOUND") return undefined;
    throw new CountersignError("ERR_ROOM_UNAVAILABLE", "the homeserver does not let this user read the room", {
      cause: error,
    });
  }
}

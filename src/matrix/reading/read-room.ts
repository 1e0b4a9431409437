import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { HttpError } from "../../errors.js";
import { manifestName } from "../../model/manifest/manifest.js";
import { isUserId } from "../../model/user-id.js";
import { type MatrixHttp, path } from "../http.js";
import { frozenOwners, governingTypes } from "./frozen-owners.js";

/** Everybody's manifests in one room or space, and who is in it. */
export interface RoomReading {
  readonly roomId: string;
  /** The content of each owner's event, word for word: `{}` where it was emptied or redacted. */
  readonly manifests: ReadonlyMap<string, JsonObject>;
  /** `join`, `leave`, `ban`, `invite` or `knock`, by user. */
  readonly memberships: ReadonlyMap<string, string>;
  /** Those whose manifest stands here and who could not change it: see `frozenOwners`. Absent where there are none. */
  readonly frozen?: ReadonlySet<string>;
  /** The room that a tombstone names, empty where it names none: what stands here is what was true before. */
  readonly replacement?: string;
  /** The room could not be read, or only as it was when the reader left it: nothing of it is given. */
  readonly problem?: "room-unavailable";
}

/**
 * Reads the manifests of all owners in a room, and who is joined, with one request.
 *
 * Only an event whose sender is its state key is an owner's; both are taken from the event itself. Verifies nothing: the own
 * homeserver is believed for who sent what, and each signature stands or falls by itself.
 *
 * @param reader the own user: the state of a room that they have left is an old one, and is not taken
 * @returns `problem` for a room that cannot be read: unknown, forbidden, over the limit of `http`, a homeserver that fails
 * @throws CountersignError `ERR_ABORTED`
 * @see PROTOCOL, "The owner's manifest"; Matrix specification, `GET /_matrix/client/v3/rooms/{roomId}/state`
 */
export async function readRoom(
  roomId: string,
  reader: string,
  http: MatrixHttp,
  signal: AbortSignal,
): Promise<RoomReading> {
  try {
    const address = { path: path("rooms", roomId, "state"), prefixes: ["r0"] };
    const state = readState(await http.requestList({ method: "GET", ...address, signal }));
    const own = state.memberships.get(reader);
    return own === "leave" || own === "ban" ? unavailable(roomId) : { roomId, ...state };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return unavailable(roomId);
  }
}

function unavailable(roomId: string): RoomReading {
  return { roomId, manifests: new Map(), memberships: new Map(), problem: "room-unavailable" };
}

function readState(events: readonly unknown[]): Omit<RoomReading, "roomId" | "problem"> {
  const manifests = new Map<string, JsonObject>();
  const memberships = new Map<string, string>();
  const governing = new Map<string, JsonObject>();
  let replacement: string | undefined;
  for (const event of events) {
    if (!isJsonObject(event)) continue;
    const { type, state_key: stateKey, sender, content } = event;
    if (typeof type === "string" && governingTypes.has(type) && stateKey === "") governing.set(type, event);
    if (typeof stateKey !== "string" || !isJsonObject(content)) continue;
    if (type === manifestName && sender === stateKey && isUserId(stateKey)) manifests.set(stateKey, content);
    if (type === "m.room.member" && typeof content.membership === "string") {
      memberships.set(stateKey, content.membership);
    }
    if (type === "m.room.tombstone" && stateKey === "") {
      replacement = typeof content.replacement_room === "string" ? content.replacement_room : "";
    }
  }
  const frozen = frozenOwners(manifests.keys(), governing);
  return {
    manifests,
    memberships,
    ...(frozen.size > 0 && { frozen }),
    ...(replacement !== undefined && { replacement }),
  };
}

import { canonicalJson } from "../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError, HttpError } from "../errors.js";
import { manifestName } from "../model/manifest/manifest.js";
import { readRoomIds } from "../model/room-id.js";
import { type MatrixHttp, path } from "./http.js";
import { type RoomAddress, readCreateEvent, readState } from "./read-state.js";
import { allPowerfulCreators, type RoomPower, readRoomPower } from "./room-power.js";

/**
 * What the one who chooses a room for manifests should know about it.
 *
 * - `not-joined`: the own user is not in the room; what is said about it may be old
 * - `public`: anybody may join, and read every manifest in it
 * - `world-readable`: anybody may read it without joining
 * - `upgraded`: the room was closed in favour of another
 * - `no-power-levels`: nobody ever set power levels; setting them is left to a client that manages the room
 */
export type RoomRemark = "not-joined" | "public" | "world-readable" | "upgraded" | "no-power-levels";

/** Whether members may keep their manifests in a room. */
export interface RoomReadiness {
  readonly roomId: string;
  /** Whether a plain member may write the state event `org.matrix.msc2961.signatures`. */
  readonly ready: boolean;
  /** The power level that writing it needs. */
  readonly required: number;
  /** The power level of a member who is not listed by name. */
  readonly memberLevel: number;
  /** Whether the own user may change that. */
  readonly canSet: boolean;
  /** Whether this call changed it, proven by a read-back. */
  readonly applied: boolean;
  readonly remarks: readonly RoomRemark[];
  /** The room that replaces it, as its tombstone says. */
  readonly replacement?: string;
}

/** How {@link prepareRoom} goes about it. */
export interface PrepareRoomOptions {
  /** Whether to let members write it, where they may not. Default: only look. */
  readonly apply?: boolean;
  readonly signal?: AbortSignal;
}

const powerLevels = "m.room.power_levels";

/**
 * Says whether plain members may write their manifest into a room's state and, where asked to, lets them: sets
 * `events["org.matrix.msc2961.signatures"]` of the power levels to the level of members. Nothing else is touched.
 *
 * Another admin's change to the power levels in the same moment may get lost: Matrix has no compare-and-set.
 *
 * @param ownUserId whose power decides
 * @throws CountersignError `ERR_ROOM_UNAVAILABLE` (no such room, the own user may not read it, or its power levels cannot be
 *   read or not be rewritten as they are), `ERR_ROOM_POWER` (only with `apply`: the own power does not suffice),
 *   `ERR_OPTION_INVALID` (no room ID), `ERR_ABORTED`; HttpError `ERR_HTTP_*`
 * @see Matrix specification, client-server API, `m.room.power_levels`
 */
export async function prepareRoom(
  http: MatrixHttp,
  roomId: string,
  ownUserId: string,
  { apply = false, signal }: PrepareRoomOptions = {},
): Promise<RoomReadiness> {
  readRoomIds([roomId]);
  const room: RoomAddress = { http, roomId, signal };
  const before = await look(room, ownUserId);
  if (!apply || before.readiness.ready) return before.readiness;
  if (!before.readiness.canSet) throw tooWeak();
  await letMembersWrite(room, before);
  const { readiness } = await look(room, ownUserId);
  return { ...readiness, applied: readiness.ready };
}

interface Look {
  readonly readiness: RoomReadiness;
  readonly levels: JsonObject;
}

async function look(room: RoomAddress, ownUserId: string): Promise<Look> {
  // First and alone: it is what every room has.
  const create = await readCreateEvent(room);
  const [levels, member, joinRules, visibility, tombstone] = await Promise.all([
    readState(room, powerLevels),
    readState(room, "m.room.member", ownUserId),
    readState(room, "m.room.join_rules"),
    readState(room, "m.room.history_visibility"),
    readState(room, "m.room.tombstone"),
  ]);
  const power = readRoomPower(levels ?? {}, allPowerfulCreators(create));
  const isJoined = member?.membership === "join";
  const remarks: (RoomRemark | false)[] = [
    !isJoined && "not-joined",
    joinRules?.join_rule === "public" && "public",
    visibility?.history_visibility === "world_readable" && "world-readable",
    tombstone !== undefined && "upgraded",
    levels === undefined && "no-power-levels",
  ];
  const replacement = tombstone?.replacement_room;
  const [required, memberLevel] = [power.toSend(manifestName), power.ofMembers];
  const readiness: RoomReadiness = {
    roomId: room.roomId,
    ready: memberLevel >= required,
    required,
    memberLevel,
    canSet: isJoined && levels !== undefined && maySet(power, ownUserId),
    applied: false,
    remarks: remarks.filter((remark) => remark !== false),
    ...(typeof replacement === "string" && replacement !== "" && { replacement }),
  };
  return { readiness, levels: levels ?? {} };
}

/** Nobody sets a level above their own, nor changes one that is above it. */
function maySet(power: RoomPower, userId: string): boolean {
  const own = power.of(userId);
  return [power.toSend(powerLevels), power.listed(manifestName) ?? -Infinity, power.ofMembers].every(
    (level) => own >= level,
  );
}

async function letMembersWrite({ http, roomId, signal }: RoomAddress, { levels, readiness }: Look): Promise<void> {
  assertRewritable(levels);
  const events = isJsonObject(levels.events) ? levels.events : {};
  const body = { ...levels, events: { ...events, [manifestName]: readiness.memberLevel } };
  try {
    const address = { path: path("rooms", roomId, "state", powerLevels), prefixes: ["r0"] };
    await http.request({ method: "PUT", ...address, body, ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof HttpError && error.status === 403) throw tooWeak(error);
    if (error instanceof HttpError && error.status === 400) throw notRewritable(error);
    throw error;
  }
}

/** A number that a double does not hold would come back as another, and somebody else's power with it. */
function assertRewritable(levels: JsonObject): void {
  try {
    canonicalJson(levels);
  } catch (cause) {
    throw notRewritable(cause);
  }
}

/** Servers refuse what they once took: Synapse takes no level written as a string any more, whatever the room's version. */
function notRewritable(cause: unknown): CountersignError {
  return new CountersignError("ERR_ROOM_UNAVAILABLE", "expected power levels that can be written as they are", {
    cause,
  });
}

function tooWeak(cause?: unknown): CountersignError {
  return new CountersignError("ERR_ROOM_POWER", "expected the power to change the room's power levels", { cause });
}

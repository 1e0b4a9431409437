import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";

/** Who may do what in a room, as its power levels say. */
export interface RoomPower {
  /** What sending a state event of that type needs. */
  toSend(type: string): number;
  /** What the `events` member of the power levels says about that type, if it says anything. */
  listed(type: string): number | undefined;
  /** The level of who is not listed by name. */
  readonly ofMembers: number;
  /** A user's level; `Infinity` for a creator from room version 12 on. */
  of(userId: string): number;
}

const defaultStateLevel = 50;

/**
 * Reads power levels, the defaults included. Levels written as strings, which rooms before version 10 may hold, count as the
 * numbers that they spell.
 *
 * @param levels content of `m.room.power_levels`; empty where there is none
 * @param creators who made the room, for versions that put them above all levels
 * @throws CountersignError `ERR_ROOM_UNAVAILABLE` where a level cannot be read
 * @see Matrix specification, client-server API, `m.room.power_levels`
 */
export function readRoomPower(levels: JsonObject, creators: ReadonlySet<string>): RoomPower {
  const events = tableOf(levels, "events");
  const users = tableOf(levels, "users");
  const ofMembers = levelAt(levels, "users_default") ?? 0;
  return {
    toSend: (type) => levelAt(events, type) ?? levelAt(levels, "state_default") ?? defaultStateLevel,
    listed: (type) => levelAt(events, type),
    ofMembers,
    of: (userId) => (creators.has(userId) ? Infinity : (levelAt(users, userId) ?? ofMembers)),
  };
}

/**
 * The users who stand above all power levels: creators, from room version 12 on. A version that this code does not know
 * gives nobody that power.
 *
 * @param create the event `m.room.create`: its sender and its content
 * @see Matrix specification, room version 12
 */
export function allPowerfulCreators(create: { readonly sender?: unknown; readonly content: JsonObject }): Set<string> {
  const { room_version: version, additional_creators: others } = create.content;
  if (typeof version !== "string" || !/^\d{1,4}$/.test(version) || Number(version) < 12) return new Set();
  const creators: unknown[] = [create.sender, ...(Array.isArray(others) ? others : [])];
  return new Set(creators.filter((creator) => typeof creator === "string"));
}

function tableOf(levels: JsonObject, name: string): JsonObject {
  const table = Object.hasOwn(levels, name) ? levels[name] : {};
  if (!isJsonObject(table)) throw unreadable();
  return table;
}

const spelledInteger = /^\s*[+-]?\d+\s*$/;

function levelAt(table: JsonObject, name: string): number | undefined {
  if (!Object.hasOwn(table, name)) return undefined;
  const level = table[name];
  const value = typeof level === "string" && spelledInteger.test(level) ? Number(level) : level;
  if (typeof value !== "number" || !Number.isFinite(value)) throw unreadable();
  // As servers read the fractions that rooms of old may hold.
  return Math.trunc(value);
}

function unreadable(): CountersignError {
  return new CountersignError("ERR_ROOM_UNAVAILABLE", "expected whole numbers as power levels");
}

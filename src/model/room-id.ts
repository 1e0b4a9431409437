import { CountersignError } from "../errors.js";

const maxRooms = 100;
/** Half a character cannot stand in an address. */
const grammar = /^![^\0\p{Surrogate}]+$/u;

/**
 * Checks a list of room IDs, each once.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for what is no room ID (an alias, for one), and for more than 100
 */
export function readRoomIds(rooms: readonly string[]): readonly string[] {
  const isList = Array.isArray(rooms) && rooms.length <= maxRooms;
  if (isList && rooms.every(isRoomId)) return [...new Set(rooms)];
  throw new CountersignError("ERR_OPTION_INVALID", "expected at most 100 room IDs, such as !…:example.org");
}

/** Whether `text` could be the ID of a Matrix room, of any room version. */
export function isRoomId(text: unknown): text is string {
  return typeof text === "string" && text.length <= 255 && grammar.test(text);
}

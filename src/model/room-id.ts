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
  if (isList && rooms.every((room) => typeof room === "string" && room.length <= 255 && grammar.test(room))) {
    return [...new Set(rooms)];
  }
  throw new CountersignError("ERR_OPTION_INVALID", "expected at most 100 room IDs, such as !…:example.org");
}

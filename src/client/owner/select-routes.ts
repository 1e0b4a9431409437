import { CountersignError } from "../../errors.js";
import type { RouteName } from "../../model/identity.js";

/** Every publishing route, in the order in which they are tried. */
export const routeNames: readonly RouteName[] = [
  "signatures-upload",
  "bootstrap",
  "profile-field",
  "room-state",
  "bundle",
];

/**
 * The routes of these names, in their usual order; `auto`, the default, stays what it is.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for none, for a name that no route has, and for `room-state` without a room
 */
export function selectRoutes(
  names: "auto" | readonly RouteName[] | undefined,
  rooms: readonly string[],
): "auto" | readonly RouteName[] {
  if (names === undefined || names === "auto") return "auto";
  const selected = routeNames.filter((name) => names.includes(name));
  if (selected.length === 0 || selected.length !== new Set(names).size) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected the names of publishing routes");
  }
  if (selected.includes("room-state") && rooms.length === 0) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected a room for the route room-state");
  }
  return selected;
}

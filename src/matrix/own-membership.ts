import { HttpError } from "../errors.js";
import { path } from "./http.js";
import type { RouteContext } from "./routes/route.js";

/**
 * The own membership in a room, as far as the server says: who left or was banned may still read how the room was then.
 *
 * @returns `undefined` where the server says nothing
 * @throws CountersignError `ERR_ABORTED`
 */
export async function membershipIn(
  roomId: string,
  userId: string,
  { http, signal }: Pick<RouteContext, "http" | "signal">,
): Promise<string | undefined> {
  try {
    const address = { path: path("rooms", roomId, "state", "m.room.member", userId), prefixes: ["r0"], signal };
    const { membership } = await http.request({ method: "GET", ...address });
    return typeof membership === "string" ? membership : undefined;
  } catch (error) {
    if (error instanceof HttpError) return undefined;
    throw error;
  }
}

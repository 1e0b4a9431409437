import { HttpError } from "../../errors.js";
import { manifestName } from "../../model/manifest/manifest.js";
import { path } from "../http.js";
import { isEmptyCopy, type ManifestPlace } from "./manifest-place.js";
import type { RouteContext } from "./route.js";

/**
 * The owner's manifest as a state event in a room or space chosen for it: works on every server, and one request reads a
 * whole organisation. Its older versions stay in the room's history.
 *
 * The room must let plain members write the event: see `prepareRoom`.
 */
export function roomStatePlace(
  roomId: string,
  userId: string,
  { http, signal }: Pick<RouteContext, "http" | "signal">,
  onlyIfPresent = false,
): ManifestPlace {
  const address = { path: path("rooms", roomId, "state", manifestName, userId), prefixes: ["r0"], signal };
  return {
    route: "room-state",
    roomId,
    onlyIfPresent,
    async read() {
      try {
        const content = await http.request({ method: "GET", ...address });
        return isEmptyCopy(content) ? undefined : content;
      } catch (error) {
        // Only this says that there is none: taking any other fault for an empty place would overwrite what is there.
        if (error instanceof HttpError && error.errcode === "M_NOT_FOUND") return undefined;
        throw error;
      }
    },
    async write(manifest) {
      await http.request({ method: "PUT", ...address, body: manifest });
    },
  };
}

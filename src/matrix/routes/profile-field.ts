import { isJsonObject } from "../../encoding/json-object.js";
import { HttpError } from "../../errors.js";
import { isEmptyCopy, type ManifestPlace } from "./manifest-place.js";
import { getField, putField } from "./profile-field-requests.js";
import type { RouteContext } from "./route.js";

/**
 * The owner's manifest in their profile (MSC4133), which everybody reads, over federation too.
 *
 * Works where servers refuse or hide what hangs on the key. Servers have no write on condition: of two devices that write in
 * the same moment, the one that wrote first may find its copy gone, which its read-back shows.
 */
export function profileFieldPlace(userId: string, context: RouteContext, onlyIfPresent = false): ManifestPlace {
  return {
    route: "profile-field",
    onlyIfPresent,
    async read() {
      try {
        const field = await getField(userId, context);
        return !isEmptyCopy(field) && isJsonObject(field) ? field : undefined;
      } catch (error) {
        // Only this says that there is none: taking any other fault for an empty field would overwrite what is there.
        if (error instanceof HttpError && error.errcode === "M_NOT_FOUND") return undefined;
        throw error;
      }
    },
    write: (manifest) => putField(userId, manifest, context),
  };
}

import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import type { RouteName } from "../../model/identity.js";

/** A place that holds one copy of the owner's manifest. */
export interface ManifestPlace {
  readonly route: Extract<RouteName, "profile-field" | "room-state">;
  readonly roomId?: string;
  /** Whether a manifest is written there only where one stands already, so that no copy is left behind the others. */
  readonly onlyIfPresent: boolean;
  /**
   * What stands there now, whatever it is; `undefined` where nothing does.
   *
   * @throws HttpError, CountersignError `ERR_ABORTED`
   */
  read(): Promise<JsonObject | undefined>;
  /** Puts a manifest there. Throws as {@link ManifestPlace.read}. */
  write(manifest: JsonObject): Promise<void>;
}

/** A copy that was emptied, in any of the ways in which servers say so. */
export function isEmptyCopy(copy: unknown): boolean {
  return copy === undefined || copy === null || (isJsonObject(copy) && Object.keys(copy).length === 0);
}

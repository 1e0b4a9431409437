import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import type { HttpError } from "../../errors.js";
import type { IdentityProblem } from "../../model/identity.js";
import { maxManifestBytes } from "../../model/manifest/manifest.js";
import { isEmpty } from "../routes/profile-field-requests.js";

/** What asking for one profile field came to; without `field` and `problem` there is none. */
export interface FieldAnswer {
  /** What stands in the field, word for word. */
  readonly field?: JsonObject;
  readonly problem?: Extract<IdentityProblem, "manifest-malformed" | "manifest-unavailable">;
}

/** One user's profile, or their server, must not hold up the reading of everybody else's. */
export const fieldLimits: {
  readonly maxRetries: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
} = { maxRetries: 0, timeoutMs: 10_000, maxResponseBytes: 4 * maxManifestBytes };

/** A field as it was served. */
export function answerOfField(field: unknown): FieldAnswer {
  if (isEmpty(field)) return {};
  return isJsonObject(field) ? { field } : { problem: "manifest-malformed" };
}

/**
 * A failure as an answer. No profile and no field are ordinary. (`M_INVALID_PARAM` is what Synapse says where the owner's
 * server has no profile fields.)
 */
export function answerOfFailure({ code, status, errcode }: HttpError): FieldAnswer {
  if (status === 404 || errcode === "M_INVALID_PARAM") return {};
  return { problem: code === "ERR_HTTP_TOO_LARGE" ? "manifest-malformed" : "manifest-unavailable" };
}

/** Whether whoever is asked next on that server would wait in vain too. */
export function isServerDown({ code, status = 0 }: HttpError): boolean {
  return code === "ERR_HTTP_TIMEOUT" || code === "ERR_HTTP_RATE_LIMITED" || status >= 500;
}

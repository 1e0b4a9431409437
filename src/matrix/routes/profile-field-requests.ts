import type { JsonObject } from "../../encoding/json-object.js";
import { manifestName } from "../../model/manifest/manifest.js";
import { type MatrixHttp, type MatrixRequest, path } from "../http.js";

export { isEmptyCopy as isEmpty } from "./manifest-place.js";

/** Who asks for a profile field, and until when. */
export interface FieldContext {
  readonly http: MatrixHttp;
  readonly signal?: AbortSignal;
}

/** What stands in the field, whatever it is. Throws HttpError, where there is no field too. */
export async function getField(
  userId: string,
  context: FieldContext,
  limits: MatrixRequest["limits"] = {},
): Promise<unknown> {
  const answer = await context.http.request({ method: "GET", ...fieldOf(userId, context), limits });
  return Object.hasOwn(answer, manifestName) ? answer[manifestName] : undefined;
}

/** Writes the field. Throws HttpError. */
export async function putField(userId: string, manifest: JsonObject, context: FieldContext): Promise<void> {
  await context.http.request({ method: "PUT", ...fieldOf(userId, context), body: { [manifestName]: manifest } });
}

function fieldOf(userId: string, { signal }: FieldContext): Omit<MatrixRequest, "method"> {
  const prefixes = ["unstable/uk.tcpip.msc4133"];
  return { path: path("profile", userId, manifestName), prefixes, ...(signal && { signal }) };
}

import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { type ManifestExpectation, manifestName } from "../../model/manifest.js";
import { type MatrixRequest, path } from "../http.js";
import type { RouteContext, ServedMasterKey } from "./route.js";

/** What stands in the field, whatever it is. Throws HttpError, where there is no field too. */
export async function getField(
  userId: string,
  context: RouteContext,
  limits: MatrixRequest["limits"] = {},
): Promise<unknown> {
  const answer = await context.http.request({ method: "GET", ...fieldOf(userId, context), limits });
  return Object.hasOwn(answer, manifestName) ? answer[manifestName] : undefined;
}

/** Writes the field. Throws HttpError. */
export async function putField(userId: string, manifest: JsonObject, context: RouteContext): Promise<void> {
  await context.http.request({ method: "PUT", ...fieldOf(userId, context), body: { [manifestName]: manifest } });
}

function fieldOf(userId: string, { signal }: RouteContext): Omit<MatrixRequest, "method"> {
  const prefixes = ["unstable/uk.tcpip.msc4133"];
  return { path: path("profile", userId, manifestName), prefixes, ...(signal && { signal }) };
}

/** The manifest that is asked for: this owner's, for this master key. */
export function expectation(masterKey: ServedMasterKey, now: number): ManifestExpectation {
  return { userId: masterKey.signable.userId, masterKey: masterKeyName(masterKey), now };
}

/** A master key as manifests name it. */
export function masterKeyName({ signable }: ServedMasterKey): string {
  return `ed25519:${signable.publicKey}`;
}

/** A field that was emptied, in any of the ways in which servers say so. */
export function isEmpty(field: unknown): boolean {
  return field === undefined || field === null || (isJsonObject(field) && Object.keys(field).length === 0);
}

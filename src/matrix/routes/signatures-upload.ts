import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { type ExternalSignature, externalSignatures, withExternalSignature } from "../../model/external-signature.js";
import { sameSignature } from "../../model/same-signature.js";
import { path } from "../http.js";
import { queryKeys } from "../key-query.js";
import type { RouteContext, RouteOutcome, ServedMasterKey } from "./route.js";

/**
 * MSC2961 as it is written: hangs a signature on the master key itself, and reads it back.
 *
 * An answer 200 proves nothing: its `failures` are failures, and only a read-back shows what was stored. The upload carries the
 * one signature and no other, because servers that refuse one signature lose the others of the same request.
 *
 * @param masterKey as served just now: what it carries already is not uploaded again
 * @throws HttpError, CountersignError `ERR_ABORTED`
 */
export async function uploadSignature(
  signature: ExternalSignature,
  masterKey: ServedMasterKey,
  context: RouteContext,
): Promise<RouteOutcome> {
  if (carries(masterKey, signature)) return { accepted: true, stored: true, remarks: ["already-there"] };
  const answer = await context.http.request({
    method: "POST",
    path: path("keys", "signatures", "upload"),
    prefixes: ["r0"],
    body: uploadBody(signature, masterKey),
    signal: context.signal,
  });
  if (hasFailures(answer)) return refused(false, "the server refused the signature");
  return (await isOnServedKey(signature, masterKey, context))
    ? { accepted: true, stored: true }
    : refused(true, "the server said yes and stored nothing");
}

/** Whether `/keys/query` serves the same master key with this signature on it. Throws HttpError. */
export async function isOnServedKey(
  signature: ExternalSignature,
  masterKey: ServedMasterKey,
  { http, signal }: Pick<RouteContext, "http" | "signal">,
): Promise<boolean> {
  const served = (await queryKeys(http, [signature.userId], signal)).get(signature.userId)?.masterKey;
  return (
    served?.signable.publicKey === masterKey.signable.publicKey && served !== undefined && carries(served, signature)
  );
}

function carries({ object }: ServedMasterKey, signature: ExternalSignature): boolean {
  return externalSignatures(object, signature.userId).some((other) => sameSignature(other, signature));
}

function uploadBody(signature: ExternalSignature, { object, signable }: ServedMasterKey): JsonObject {
  const { signatures: _signatures, unsigned: _unsigned, ...bare } = object;
  return { [signature.userId]: { [signable.publicKey ?? ""]: withExternalSignature(bare, signature) } };
}

function hasFailures({ failures }: JsonObject): boolean {
  return failures !== undefined && (!isJsonObject(failures) || Object.keys(failures).length > 0);
}

function refused(accepted: boolean, message: string): RouteOutcome {
  return { accepted, stored: false, error: new CountersignError("ERR_PUBLISH_FAILED", message) };
}

import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError, HttpError } from "../../errors.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import { type Manifest, readManifest } from "../../model/manifest.js";
import { nextManifest } from "../../model/next-manifest.js";
import { sameSignature } from "../../model/same-signature.js";
import { expectation, getField, isEmpty, masterKeyName, putField } from "./profile-field-requests.js";
import type { RouteContext, RouteReceipt, ServedMasterKey } from "./route.js";

/** Another device may write between reading and writing: so many times the merge is done anew. */
const maxMerges = 3;

/**
 * Writes the owner's manifest with one signature more: reads, merges, writes, reads back.
 *
 * @throws HttpError; CountersignError `ERR_MANIFEST_SIZE`, `ERR_MANIFEST_MALFORMED`, `ERR_ABORTED`
 */
export async function writeProfileField(
  signature: ExternalSignature,
  masterKey: ServedMasterKey,
  context: RouteContext,
): Promise<RouteReceipt> {
  const copies: JsonObject[] = [];
  for (let merge = 0; merge < maxMerges; merge++) {
    copies.push(...(await ownManifest(masterKey, context)));
    const next = nextManifest(copies, masterKeyName(masterKey), signature, context.now());
    await putField(signature.userId, next, context);
    const [written] = await ownManifest(masterKey, context);
    if (written && holdsAll(readOwn(written, masterKey), readOwn(next, masterKey))) {
      return { route: "profile-field", accepted: true, stored: true, visibleTo: "everyone" };
    }
  }
  const error = new CountersignError("ERR_PUBLISH_FAILED", "the server said yes and stored something else");
  return { route: "profile-field", accepted: true, stored: false, visibleTo: "nobody", error };
}

/** The own manifest as it stands, to build on: none for another master key; a broken one is an error, never overwritten. */
async function ownManifest(masterKey: ServedMasterKey, context: RouteContext): Promise<JsonObject[]> {
  try {
    const field = await getField(masterKey.signable.userId, context);
    if (isEmpty(field)) return [];
    readOwn(field, masterKey);
    return isJsonObject(field) ? [field] : [];
  } catch (error) {
    // Only this says that there is none: taking any other fault for an empty field would overwrite what is there.
    if (error instanceof HttpError && error.errcode === "M_NOT_FOUND") return [];
    if (error instanceof CountersignError && error.code === "ERR_MANIFEST_FOREIGN") return [];
    throw error;
  }
}

function readOwn(manifest: unknown, masterKey: ServedMasterKey): Manifest {
  return readManifest(manifest, expectation(masterKey, Number.POSITIVE_INFINITY));
}

function holdsAll(written: Manifest, wanted: Manifest): boolean {
  const holds = (signature: ExternalSignature): boolean =>
    written.external.some((other) => sameSignature(other, signature));
  return (
    wanted.external.every(holds) &&
    wanted.withdrawn.every(({ key, value }) =>
      written.withdrawn.some((other) => other.key === key && other.value === value),
    )
  );
}

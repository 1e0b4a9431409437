import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { type ExternalSignature, externalSignatures, withExternalSignature } from "../../model/external-signature.js";
import { sameSignature } from "../../model/same-signature.js";
import { fitsSizeRule } from "../../model/size.js";
import { path } from "../http.js";
import { queryKeys } from "../key-query.js";
import type { PublishingRoute, RouteContext, RouteReceipt, ServedMasterKey } from "./route.js";

/**
 * MSC2961 as it is written: the signature hangs on the master key itself.
 *
 * An answer 200 proves nothing: its `failures` are failures, and only a read-back shows what was stored. Many servers show it
 * to the uploader alone. The upload carries the one signature and no other, because servers that refuse one signature lose the
 * others of the same request.
 */
export const signaturesUpload: PublishingRoute = {
  name: "signatures-upload",

  refuses({ keyId, value }) {
    if (typeof value !== "string") {
      return new CountersignError(
        "ERR_PUBLISH_UNSAFE",
        "an object value on a key makes its owner's identity unreadable",
      );
    }
    return fitsSizeRule(keyId, value)
      ? undefined
      : new CountersignError("ERR_SIGNATURE_SIZE", "expected key ID and signature of at most 2,048 characters");
  },

  async publish(signature, masterKey, context) {
    const answer = await context.http.request({
      method: "POST",
      path: path("keys", "signatures", "upload"),
      prefixes: ["r0"],
      body: uploadBody(signature, masterKey),
      ...(context.signal && { signal: context.signal }),
    });
    if (hasFailures(answer)) {
      return refused(false, "the server refused the signature");
    }
    const stored = await readBack(signature, masterKey, context);
    return stored
      ? { route: "signatures-upload", accepted: true, stored: true, visibleTo: "uploader" }
      : refused(true, "the server said yes and stored nothing");
  },

  async read({ object, signable }) {
    return { signatures: externalSignatures(object, signable.userId) };
  },
};

function uploadBody(signature: ExternalSignature, { object, signable }: ServedMasterKey): JsonObject {
  const { signatures: _signatures, unsigned: _unsigned, ...bare } = object;
  return { [signature.userId]: { [signable.publicKey ?? ""]: withExternalSignature(bare, signature) } };
}

function hasFailures({ failures }: JsonObject): boolean {
  return failures !== undefined && (!isJsonObject(failures) || Object.keys(failures).length > 0);
}

async function readBack(
  signature: ExternalSignature,
  masterKey: ServedMasterKey,
  { http, signal }: RouteContext,
): Promise<boolean> {
  const served = (await queryKeys(http, [signature.userId], signal)).get(signature.userId)?.masterKey;
  if (served?.signable.publicKey !== masterKey.signable.publicKey) return false;
  return externalSignatures(served?.object ?? {}, signature.userId).some((other) => sameSignature(other, signature));
}

function refused(accepted: boolean, message: string): RouteReceipt {
  const error = new CountersignError("ERR_PUBLISH_FAILED", message);
  return { route: "signatures-upload", accepted, stored: false, visibleTo: "nobody", error };
}

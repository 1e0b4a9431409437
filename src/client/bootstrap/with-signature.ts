import { equalBytes } from "../../encoding/bytes.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { masterKeyObject } from "../../matrix/own-identity.js";
import { withExternalSignature } from "../../model/external-signature.js";
import { readSignable, signedBytes } from "../../model/signable.js";
import type { OwnSignature } from "../owner/own-signature.js";

/**
 * A copy of an upload of cross-signing keys whose master key carries one signature more, for apps that make the request
 * themselves. Everything else stays as it is.
 *
 * Checks that the signature is on exactly this master key. Neither verifies nor lints it: `signFirstUpload` does both.
 *
 * @param uploadBody body of `POST /keys/device_signing/upload`
 * @param signature as `accept` or `onSigned` gave it; replaces one under the same key ID
 * @throws CountersignError `ERR_OBJECT_SHAPE` (no master key of that user in it), `ERR_OWN_IDENTITY_CHANGED` (another master key
 *   than was signed)
 * @see Matrix specification, client-server API, `POST /_matrix/client/v3/keys/device_signing/upload`
 */
export function withSignature(uploadBody: JsonObject, signature: OwnSignature): JsonObject {
  const { userId, keyId, value, masterKey: publicKey } = signature;
  const masterKey = Object.hasOwn(uploadBody, "master_key") ? uploadBody.master_key : undefined;
  if (!isJsonObject(masterKey)) {
    throw new CountersignError("ERR_OBJECT_SHAPE", "expected an upload with a master key");
  }
  const signed = signedBytes(masterKeyObject(userId, publicKey));
  if (!equalBytes(readSignable(masterKey, userId).bytes, signed)) {
    throw new CountersignError("ERR_OWN_IDENTITY_CHANGED", "the master key is another one than was signed");
  }
  return { ...uploadBody, master_key: withExternalSignature(masterKey, { userId, keyId, value }) };
}

import { equalBytes } from "../../encoding/bytes.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { type ExternalSignature, isSignatureValue, withExternalSignature } from "../../model/external-signature.js";
import { sameSignature } from "../../model/same-signature.js";
import { path } from "../http.js";
import { type Authenticate, requestAuthenticated } from "../interactive-auth.js";
import { queryKeys } from "../key-query.js";
import type { RouteContext, RouteOutcome, ServedMasterKey } from "./route.js";

export type { Authenticate } from "../interactive-auth.js";

/**
 * Uploads a master key that exists already once more, with one signature more, and reads it back.
 *
 * Only for servers that take the same key again: Synapse answers 500. Some of those replace what the key carried, so every
 * signature that the server shows on it just before goes up again; what it keeps from its owner, or another device adds in that
 * moment, cannot. The other two keys stay at home: Dendrite takes nothing from an upload of the three that it has.
 *
 * @param masterKey the own master key, as the crypto stack vouches for it: nothing else is ever uploaded
 * @param authenticate asked where the server wants the user authenticated, as all of today do
 * @returns `stored` only if the signature is there and none of the others is lost
 * @throws CountersignError `ERR_OWN_IDENTITY_DIFFERS` (the server serves another key), `ERR_PUBLISH_FAILED` (the user was not
 *   authenticated), `ERR_ABORTED`; HttpError
 * @see Matrix specification, client-server API, `POST /_matrix/client/v3/keys/device_signing/upload`
 */
export async function publishByReupload(
  signature: ExternalSignature,
  masterKey: ServedMasterKey,
  authenticate: Authenticate | undefined,
  context: RouteContext,
): Promise<RouteOutcome> {
  const before = await readAgain(masterKey, context);
  if (carries(before, signature)) return { accepted: true, stored: true, remarks: ["already-there"] };
  const { unsigned: _unsigned, ...bare } = before;
  const request = {
    method: "POST",
    path: path("keys", "device_signing", "upload"),
    prefixes: ["unstable", "r0"],
    body: { master_key: withExternalSignature(bare, signature) },
    signal: context.signal,
  } as const;
  await requestAuthenticated(context.http, request, authenticate);
  const after = await readAgain(masterKey, context);
  if (!carries(after, signature)) return notStored("the server said yes and stored nothing");
  const others = allSignatures(before).filter((other) => !isSameEntry(other, signature));
  return others.every((other) => carries(after, other))
    ? { accepted: true, stored: true }
    : notStored("the server stored the signature and lost another one of the same key");
}

/** The master key with its signatures as the server serves it now, and only if it is this one. */
async function readAgain({ signable }: ServedMasterKey, { http, signal }: RouteContext): Promise<JsonObject> {
  const served = (await queryKeys(http, [signable.userId], signal)).get(signable.userId)?.masterKey;
  if (served && equalBytes(served.signable.bytes, signable.bytes)) return served.object;
  throw new CountersignError("ERR_OWN_IDENTITY_DIFFERS", "the server's copy of the own master key is another one");
}

/** Every signature on an object, whoever made it. */
function allSignatures({ signatures }: JsonObject): ExternalSignature[] {
  return entriesOf(signatures).flatMap(([userId, entry]) =>
    entriesOf(entry).flatMap(([keyId, value]) => (isSignatureValue(value) ? [{ userId, keyId, value }] : [])),
  );
}

function carries({ signatures }: JsonObject, signature: ExternalSignature): boolean {
  const { userId, keyId } = signature;
  const entry = isJsonObject(signatures) && Object.hasOwn(signatures, userId) ? signatures[userId] : undefined;
  const value = isJsonObject(entry) && Object.hasOwn(entry, keyId) ? entry[keyId] : undefined;
  return isSignatureValue(value) && sameSignature({ userId, keyId, value }, signature);
}

function isSameEntry(a: ExternalSignature, b: ExternalSignature): boolean {
  return a.userId === b.userId && a.keyId === b.keyId;
}

function entriesOf(object: unknown): [string, unknown][] {
  return isJsonObject(object) ? Object.entries(object) : [];
}

function notStored(message: string): RouteOutcome {
  return { accepted: true, stored: false, error: new CountersignError("ERR_PUBLISH_FAILED", message) };
}

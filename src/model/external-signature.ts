import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { type ExternalKeyId, parseKeyId } from "./key-id.js";

/** The value of a signature as it stands in `signatures`: text wherever possible, else an object. */
export type SignatureValue = string | JsonObject;

/** One external signature: what stands under a key ID in the owner's own entry of `signatures`. */
export interface ExternalSignature {
  /** The owner of the signed object, who is always the signer entry too. */
  readonly userId: string;
  /** The whole key ID, word for word. */
  readonly keyId: string;
  /** The value, word for word. */
  readonly value: SignatureValue;
}

/**
 * The external signatures that an object carries under its owner's own entry, in the object's order.
 *
 * Matrix's own signatures (`ed25519:…`) and other users' entries are left out, as are values that are neither text nor
 * an object. Verifies nothing.
 */
export function externalSignatures(object: JsonObject, userId: string): ExternalSignature[] {
  const entry = signerEntry(object, userId);
  return Object.entries(entry).flatMap(([keyId, value]) =>
    parseKeyId(keyId) && isSignatureValue(value) ? [{ userId, keyId, value }] : [],
  );
}

/**
 * A copy of `object` with `signature` in its owner's entry, beside every signature that it already carries; one under the
 * same key ID is replaced.
 */
export function withExternalSignature(object: JsonObject, signature: ExternalSignature): JsonObject {
  const signatures = Object.hasOwn(object, "signatures") && isJsonObject(object.signatures) ? object.signatures : {};
  const entry = withMember(signerEntry(object, signature.userId), signature.keyId, signature.value);
  return { ...object, signatures: withMember(signatures, signature.userId, entry) };
}

/** The algorithm and key that a signature names. */
export function keyIdOf(signature: ExternalSignature): ExternalKeyId | undefined {
  return parseKeyId(signature.keyId);
}

/** Whether `value` has one of the two forms that MSC2961 gives a signature. */
export function isSignatureValue(value: unknown): value is SignatureValue {
  return typeof value === "string" || isJsonObject(value);
}

/** What stands in `signatures` under one signer, own members alone; empty where nothing does. */
export function signerEntry(object: JsonObject, userId: string): JsonObject {
  const signatures = isJsonObject(object) && Object.hasOwn(object, "signatures") ? object.signatures : undefined;
  if (!isJsonObject(signatures) || !Object.hasOwn(signatures, userId)) return {};
  const entry = signatures[userId];
  return isJsonObject(entry) ? entry : {};
}

/** A spread with one more member: unlike an assignment it takes `__proto__` as a plain name. */
function withMember(object: JsonObject, name: string, value: unknown): JsonObject {
  return Object.fromEntries([...Object.entries(object), [name, value]]);
}

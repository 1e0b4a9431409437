import type { AcceptInput } from "../../algorithms/algorithm.js";
import type { AlgorithmRegistry } from "../../algorithms/registry.js";
import { equalBytes } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { masterKeyObject, type OwnMasterKey } from "../../matrix/own-identity.js";
import type { ExternalSignature, SignatureValue } from "../../model/external-signature.js";
import type { Verdict } from "../../model/report.js";
import { readSignable, signedBytes } from "../../model/signable.js";
import { acceptOutput, assertWritableKeyId, type ToolRequest, toolRequest } from "../signing-tool.js";
import type { Disclosure } from "./disclosure.js";

/** Everything that a user needs to sign their master key with a tool of their own. */
export interface SigningRequest extends ToolRequest {
  readonly userId: string;
  /** The Ed25519 master key to be signed, in unpadded base64. */
  readonly masterKey: string;
  /** The object to be signed, without signatures. */
  readonly object: JsonObject;
  /** What publishing the signature would make public, to whom, and what cannot be recalled; the smallest audience first. */
  readonly disclosures: readonly Disclosure[];
}

/** A master key in the form in which it is signed, whether a server has it already or not. */
export type UnsignedMasterKey = Pick<OwnMasterKey, "object" | "signable" | "publicKey">;

/** A master key as clients write it. @param publicKey unpadded base64 */
export function unsignedMasterKey(userId: string, publicKey: string): UnsignedMasterKey {
  const object = masterKeyObject(userId, publicKey);
  return { object, signable: readSignable(object, userId), publicKey };
}

/** An own signature, verified, with the master key that it is on. */
export interface OwnSignature extends ExternalSignature {
  /** The Ed25519 master key that it signs, in unpadded base64. */
  readonly masterKey: string;
}

/**
 * The request to sign `own` with an algorithm of the registry.
 *
 * @throws CountersignError `ERR_ALGORITHM_UNKNOWN`, `ERR_ALGORITHM_CANNOT_SIGN` for an algorithm that only verifies
 */
export function signingRequest(
  registry: AlgorithmRegistry,
  id: string,
  own: UnsignedMasterKey,
  disclosures: readonly Disclosure[],
): SigningRequest {
  const { object, publicKey } = own;
  const { userId } = own.signable;
  return { ...toolRequest(registry, id, own.signable), userId, masterKey: publicKey, object, disclosures };
}

/**
 * Reads what came back for a request and verifies it against the request's object, before anything leaves.
 *
 * @param output armor, base64 or a binary file, as the signing tool wrote it
 * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`, `ERR_ACCEPT_NOT_VALID`, `ERR_OBJECT_SHAPE` for a
 *   request that was tampered with, `ERR_ALGORITHM_UNKNOWN`, `ERR_ABORTED`
 */
export async function acceptSignature(
  registry: AlgorithmRegistry,
  request: SigningRequest,
  output: string | Uint8Array,
  { now, offline = false, signal }: Pick<AcceptInput, "now" | "offline" | "signal">,
): Promise<{ readonly signature: OwnSignature; readonly verdict: Verdict }> {
  const object = readSignable(request.object, request.userId);
  const prepared = signedBytes(masterKeyObject(request.userId, request.masterKey));
  if (!equalBytes(object.bytes, prepared)) {
    throw new CountersignError("ERR_OBJECT_SHAPE", "expected the request as it was prepared");
  }
  const accepted = await acceptOutput(registry, request.algorithm, {
    object,
    output,
    now,
    offline,
    ...(signal && { signal }),
  });
  const { keyId, value, verdict } = accepted;
  return { signature: { userId: request.userId, keyId, value, masterKey: request.masterKey }, verdict };
}

/** What is the same for the same signature on the same key; `undefined` for a value without canonical JSON. */
export function ownSignatureId(signature: OwnSignature): string | undefined {
  try {
    return idOf(signature);
  } catch {
    return undefined;
  }
}

function idOf({ userId, masterKey, keyId, value }: OwnSignature): string {
  return canonicalJson([userId, masterKey, keyId, value]);
}

/**
 * A copy of an own signature that nobody else can change while it is on its way, with an ID that is the same for the same
 * signature on the same key.
 *
 * @throws CountersignError `ERR_KEY_ID_MALFORMED`, `ERR_SIGNATURE_VALUE` for a value without canonical JSON
 */
export function copyOwn({ userId, masterKey, keyId, value }: OwnSignature): { copy: OwnSignature; id: string } {
  assertWritableKeyId(keyId);
  try {
    const id = idOf({ userId, masterKey, keyId, value });
    const copied = (JSON.parse(id) as [string, string, string, SignatureValue])[3];
    return { copy: { userId, masterKey, keyId, value: copied }, id };
  } catch (cause) {
    throw new CountersignError("ERR_SIGNATURE_VALUE", "expected a signature of text or plain JSON data", { cause });
  }
}

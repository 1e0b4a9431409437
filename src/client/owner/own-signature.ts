import type { AcceptInput, SigningCommand, SizeEstimate } from "../../algorithms/algorithm.js";
import { type AlgorithmRegistry, requireAlgorithm } from "../../algorithms/registry.js";
import { type Bytes, equalBytes } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { masterKeyObject, type OwnMasterKey } from "../../matrix/own-identity.js";
import { orAborted } from "../../model/abort.js";
import { AcceptError } from "../../model/accept-error.js";
import type { ExternalSignature, SignatureValue } from "../../model/external-signature.js";
import { formatKeyId, parseKeyId } from "../../model/key-id.js";
import type { Verdict } from "../../model/report.js";
import { readSignable, signedBytes } from "../../model/signable.js";
import { defaultSignatureSizeLimit } from "../../model/size.js";
import type { Disclosure } from "./disclosure.js";

/** Everything that a user needs to sign their master key with a tool of their own. */
export interface SigningRequest {
  /** Algorithm identifier. */
  readonly algorithm: string;
  readonly userId: string;
  /** The Ed25519 master key to be signed, in unpadded base64. */
  readonly masterKey: string;
  /** The object to be signed, without signatures. */
  readonly object: JsonObject;
  /** The exact bytes to be signed. */
  readonly bytes: Bytes;
  /** Ready command lines. */
  readonly commands: readonly SigningCommand[];
  /**
   * How large the signature will be, and whether it will fit the size rule of MSC2961; where it does not, a manifest holds it. Absent
   * where the algorithm does not know.
   */
  readonly size?: ExpectedSize;
  /** What publishing the signature would make public, to whom, and what cannot be recalled; the smallest audience first. */
  readonly disclosures: readonly Disclosure[];
}

/** The size to expect of a signature. */
export interface ExpectedSize extends SizeEstimate {
  readonly fits: "yes" | "no" | "maybe";
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
  const algorithm = requireAlgorithm(registry, id);
  if (!algorithm.accept) {
    throw new CountersignError("ERR_ALGORITHM_CANNOT_SIGN", "expected an algorithm that makes signatures");
  }
  const { object, publicKey } = own;
  const { bytes, userId } = own.signable;
  const commands = algorithm.commands?.(bytes) ?? [];
  const size = algorithm.estimate?.();
  const request = { algorithm: id, userId, masterKey: publicKey, object, bytes, commands, disclosures };
  return size ? { ...request, size: { ...size, fits: fitOf(size) } } : request;
}

function fitOf({ least, most, isBound }: SizeEstimate): ExpectedSize["fits"] {
  if (!isBound || most <= defaultSignatureSizeLimit) return "yes";
  return least > defaultSignatureSizeLimit ? "no" : "maybe";
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
  const algorithm = requireAlgorithm(registry, request.algorithm);
  const object = readSignable(request.object, request.userId);
  const prepared = signedBytes(masterKeyObject(request.userId, request.masterKey));
  if (!equalBytes(object.bytes, prepared)) {
    throw new CountersignError("ERR_OBJECT_SHAPE", "expected the request as it was prepared");
  }
  if (!algorithm.accept) {
    throw new CountersignError("ERR_ALGORITHM_CANNOT_SIGN", "expected an algorithm that makes signatures");
  }
  const accepting = algorithm.accept({ object, output, now, offline, ...(signal && { signal }) });
  const { keyId, value, verdict } = await orAborted(accepting, signal);
  if (verdict.status !== "valid") throw new AcceptError(verdict);
  if (parseKeyId(keyId)?.algorithm !== request.algorithm) {
    throw new CountersignError("ERR_KEY_ID_MALFORMED", "expected a key ID of the algorithm asked for, got another");
  }
  assertWritableKeyId(keyId);
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

/**
 * Checks that a key ID is one that servers and clients of today survive.
 *
 * @throws CountersignError `ERR_KEY_ID_MALFORMED`
 */
function assertWritableKeyId(keyId: string): void {
  const parsed = parseKeyId(keyId);
  if (!parsed || formatKeyId(parsed) !== keyId) {
    throw new CountersignError("ERR_KEY_ID_MALFORMED", "expected the key ID of an external signature");
  }
}

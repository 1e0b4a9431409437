import type { SignatureAlgorithm } from "../../algorithms/algorithm.js";
import { createRegistry } from "../../algorithms/registry.js";
import { encodeBase64 } from "../../encoding/base64.js";
import { type Bytes, equalBytes } from "../../encoding/bytes.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { publicKeyOfSeed, signEd25519 } from "../../model/ed25519.js";
import { withExternalSignature } from "../../model/external-signature.js";
import { readClock } from "../clock.js";
import { acceptOutput, type ToolRequest, toolRequest } from "../signing-tool.js";
import type { VerifyObjectOptions } from "../verify-object.js";
import { readEventToSign, type SignedEvent } from "./signed-event.js";

/** Everything that a user needs to sign an event with a tool of their own. */
export interface EventSigningRequest extends ToolRequest {
  /** A copy of the event to be signed, with the signatures that it carries. */
  readonly event: SignedEvent;
}

/**
 * Asks for an external signature on an event, before it is sent (MSC2757): the exact bytes, and ready command lines.
 *
 * What is signed holds neither room nor time: whoever sees it can have it sent again, and nobody can take it back. A message signed
 * in a room that is not encrypted can be shown to anybody as the signer's words, for ever.
 *
 * @param algorithm identifier of one of `algorithms`
 * @throws CountersignError `ERR_OBJECT_SHAPE` (no event, or one whose type and state key run together once signed),
 *   `ERR_JSON_VALUE`, `ERR_JSON_LIMIT`, `ERR_ALGORITHM_UNKNOWN`, `ERR_ALGORITHM_CANNOT_SIGN`, `ERR_ALGORITHM_INVALID`,
 *   `ERR_ALGORITHM_DUPLICATE`
 * @see PROTOCOL, "What is signed"
 */
export function prepareEvent(
  event: SignedEvent,
  algorithm: string,
  algorithms: readonly SignatureAlgorithm[],
): EventSigningRequest {
  const signable = readEventToSign(event);
  return { ...toolRequest(createRegistry(algorithms), algorithm, signable), event: structuredClone(event) };
}

/**
 * Takes what a signing tool returned for a request, verifies it and puts it into the event's content, beside what stands there.
 *
 * @param output armor, base64 or the bytes of a file, as the tool wrote it
 * @returns the content to send under the request's type and state key; that it fits into an event is the homeserver's to check
 * @throws CountersignError `ERR_OBJECT_SHAPE` for a request that was tampered with, `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`,
 *   `ERR_KEY_ID_MALFORMED`, `ERR_ALGORITHM_*`, `ERR_OPTION_INVALID`, `ERR_ABORTED`; AcceptError `ERR_ACCEPT_NOT_VALID`
 */
export async function acceptEvent(
  request: EventSigningRequest,
  output: string | Uint8Array,
  options: VerifyObjectOptions,
): Promise<JsonObject> {
  const { algorithms, now = Date.now, offline = false, signal } = options;
  const object = readEventToSign(request.event);
  const event = structuredClone(request.event);
  if (!equalBytes(object.bytes, request.bytes)) {
    throw new CountersignError("ERR_OBJECT_SHAPE", "expected the request as it was prepared");
  }
  const input = { object, output, now: readClock(now), offline, ...(signal && { signal }) };
  const { keyId, value } = await acceptOutput(createRegistry(algorithms), request.algorithm, input);
  return withExternalSignature(event.content, { userId: event.sender, keyId, value });
}

/**
 * Signs an event with the sender's `event_signing` key (MSC2757), before it is sent: see {@link prepareEvent} for what that means.
 *
 * Does not check that the key is the sender's.
 *
 * @param seed the private key, 32 bytes; the caller overwrites it
 * @returns the content to send, with the signature beside what stands there
 * @throws CountersignError `ERR_OBJECT_SHAPE`, `ERR_JSON_VALUE`, `ERR_JSON_LIMIT`, `ERR_OPTION_INVALID` for a seed of another length
 */
export async function signEventContent(event: SignedEvent, seed: Bytes): Promise<JsonObject> {
  const { bytes } = readEventToSign(event);
  const copy = structuredClone(event);
  const keyId = `ed25519:${encodeBase64(await publicKeyOfSeed(seed))}`;
  const value = encodeBase64(await signEd25519(seed, bytes));
  return withExternalSignature(copy.content, { userId: copy.sender, keyId, value });
}

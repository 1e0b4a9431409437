import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { readSignableEvent, type SignableObject } from "../../model/signable.js";
import { isUserId } from "../../model/user-id.js";

/**
 * An event as far as it is signed (MSC2757): no room, no time, no ID.
 *
 * Of an encrypted event hand in the layer in which `signatures` stands, or shall stand. MSC2757 signs the encrypted one:
 * `m.room.encrypted` and its ciphertext (in matrix-js-sdk `getWireType()` and `getWireContent()`), which a client that leaves encryption
 * to matrix-js-sdk cannot reach before it is sent. Such a client signs type and content in clear before it hands them over; then the
 * reader verifies what was decrypted.
 */
export interface SignedEvent {
  readonly type: string;
  /** Absent for an event that is no state. */
  readonly stateKey?: string;
  /** As the homeserver says it, never what stands in the content. */
  readonly sender: string;
  readonly content: JsonObject;
}

const typeGrammar = /^[A-Za-z][A-Za-z0-9._-]*$/;
const typeCharacter = /^[A-Za-z0-9._-]/;

/**
 * Whether the signed text does not say where the type ends and the state key begins, so that a server could pass it off as an
 * event of another type: `a` + `bc` and `ab` + `c` are signed as one. It says so where the type keeps to the characters of the
 * specification's identifiers and the state key is empty or begins with another one, as user and room IDs do.
 */
export function isBoundaryOpen({ type, stateKey = "" }: SignedEvent): boolean {
  return !typeGrammar.test(type) || typeCharacter.test(stateKey);
}

/**
 * The signed bytes of an event that is to be signed.
 *
 * @throws CountersignError `ERR_OBJECT_SHAPE` (no event, or its type and state key cannot be told apart once signed),
 *   `ERR_JSON_VALUE`, `ERR_JSON_LIMIT`
 */
export function readEventToSign(event: SignedEvent): SignableObject {
  const signable = readSignableEvent(event);
  if (!isUserId(event.sender) || isBoundaryOpen(event)) {
    throw new CountersignError("ERR_OBJECT_SHAPE", "expected an event whose type and state key stay apart once signed");
  }
  return signable;
}

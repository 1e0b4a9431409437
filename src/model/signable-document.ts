import { decodeUtf8 } from "../encoding/bytes.js";
import { hasExactly, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { type Purpose, type SignableObject, signedBytes } from "./signable.js";

/** A document that an anchor or an organisation signs, with what the signed bytes hold. */
export interface SignableDocument {
  readonly signable: SignableObject;
  /** What is signed, read off the signed bytes: plain data, without `signatures`. */
  readonly content: JsonObject;
}

/** Neither has a `user_id`, which every key object has, and an event's bytes begin with its type, never with a brace. */
const shapes: readonly {
  readonly purpose: Purpose;
  readonly all: readonly string[];
  readonly some?: readonly string[];
}[] = [
  { purpose: "revocation-list", all: ["anchor", "sequence", "expires_ts", "revoked"] },
  { purpose: "trust-settings", all: ["version", "exported_ts", "anchors"], some: ["policy", "decisions"] },
];

/**
 * Reads what a document is from its signed members: each kind has members of its own and no others, so that none ever passes for
 * another, for a key or for an event. What no homeserver serves has no `unsigned` either.
 *
 * Does not read the members, see `readRevocationList` and `readTrustSettings`, and verifies no signature.
 *
 * @throws CountersignError `ERR_OBJECT_SHAPE`, and what `signedBytes` throws
 */
export function readSignableDocument(object: JsonObject): SignableDocument {
  const bytes = signedBytes(object);
  const content = JSON.parse(decodeUtf8(bytes) ?? "") as JsonObject;
  const shape = shapes.find(({ all, some }) => hasExactly(content, all, some));
  if (!shape || Object.hasOwn(object, "unsigned"))
    throw new CountersignError("ERR_OBJECT_SHAPE", "expected a list of revocations or trust settings");
  return { signable: { purpose: shape.purpose, userId: shape.purpose, bytes }, content };
}

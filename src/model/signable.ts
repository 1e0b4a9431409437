import { encodeBase64, tryDecodeBase64 } from "../encoding/base64.js";
import { type Bytes, concatBytes, equalBytes, utf8 } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";

/** What a signed object is, read off its signed bytes alone. */
export type Purpose =
  | "master-key"
  | "self-signing-key"
  | "user-signing-key"
  | "event-signing-key"
  | "public-user-key"
  | "device-keys"
  | "event"
  | "revocation-list"
  | "trust-settings";

/** An object that somebody can sign, with the exact bytes that are signed. */
export interface SignableObject {
  /** What it is. Only a signature on a `master-key` ever feeds trust in an identity. */
  readonly purpose: Purpose;
  /**
   * Whose it is: the `user_id` inside the bytes, for an event its sender. A list of revocations and trust settings are no user's: theirs is
   * the purpose, which is no user ID.
   */
  readonly userId: string;
  /** The signed bytes. */
  readonly bytes: Bytes;
  /** The Ed25519 public key in unpadded base64: of a cross-signing key the key itself. */
  readonly publicKey?: string;
}

const purposeOfUsage: ReadonlyMap<unknown, Purpose> = new Map<unknown, Purpose>([
  ["master", "master-key"],
  ["self_signing", "self-signing-key"],
  ["user_signing", "user-signing-key"],
  ["event_signing", "event-signing-key"],
  ["public-user", "public-user-key"],
]);

/**
 * The bytes that a signature on `object` covers: its canonical JSON in UTF-8, without `signatures` and `unsigned`.
 *
 * Does not check what the object is: see {@link readSignable}.
 *
 * @throws CountersignError `ERR_OBJECT_SHAPE` for what is no object, `ERR_JSON_VALUE`, `ERR_JSON_LIMIT`
 * @see Matrix specification, appendices, "Signing JSON"
 */
export function signedBytes(object: JsonObject): Bytes {
  return utf8(signedText(object));
}

/**
 * Reads what a key object is from its signed members: a cross-signing key or device keys of exactly `userId`.
 *
 * An object that fits two shapes, or none, is refused, so that one key never passes for another. Does not verify any
 * signature on it.
 *
 * @throws CountersignError `ERR_OBJECT_SHAPE`, and what {@link signedBytes} throws
 */
export function readSignable(object: JsonObject, userId: string): SignableObject {
  const text = signedText(object);
  // The signed text alone says what the object is, so that is what is read, not the object that it came from.
  const signed = JSON.parse(text) as JsonObject;
  if (member(signed, "user_id") !== userId) throw wrongShape("an object of the user asked for");
  const bytes = utf8(text);
  if (Object.hasOwn(signed, "usage")) return { ...readCrossSigningKey(signed), userId, bytes };
  if (isDeviceKeys(signed)) return { purpose: "device-keys", userId, bytes };
  throw wrongShape("a cross-signing key or device keys");
}

/**
 * What is signed of an event's content (MSC2757): event type, state key (empty if none), canonical JSON of the content.
 *
 * Says who wrote the words, never which account, room or time: whoever sees it can replay it elsewhere.
 *
 * @throws CountersignError `ERR_OBJECT_SHAPE` for an empty type or a `{` in type or state key, and what {@link signedBytes} throws
 */
export function readSignableEvent(event: {
  readonly type: string;
  readonly stateKey?: string;
  readonly sender: string;
  readonly content: JsonObject;
}): SignableObject {
  const { type, stateKey = "" } = event;
  if (typeof type !== "string" || typeof stateKey !== "string") throw wrongShape("an event type and a state key");
  const prefix = type + stateKey;
  if (type === "" || prefix.includes("{")) throw wrongShape("an event type and a state key without {");
  if (/\p{Surrogate}/u.test(prefix)) throw wrongShape("well-formed text");
  return { purpose: "event", userId: event.sender, bytes: concatBytes(utf8(prefix), signedBytes(event.content)) };
}

function signedText(object: JsonObject): string {
  if (!isJsonObject(object)) throw wrongShape("a JSON object");
  const { signatures: _signatures, unsigned: _unsigned, ...signed } = object;
  return canonicalJson(signed);
}

function readCrossSigningKey(object: JsonObject): Pick<SignableObject, "purpose" | "publicKey"> {
  const usage = member(object, "usage");
  const purpose = Array.isArray(usage) && usage.length === 1 ? purposeOfUsage.get(usage[0]) : undefined;
  if (!purpose || Object.hasOwn(object, "device_id") || Object.hasOwn(object, "algorithms")) {
    throw wrongShape("a cross-signing key of exactly one usage");
  }
  const entries = keyEntries(object);
  const [name, value] = entries[0] ?? ["", ""];
  const named = name.startsWith("ed25519:") ? tryDecodeBase64(name.slice("ed25519:".length)) : undefined;
  const held = typeof value === "string" ? tryDecodeBase64(value) : undefined;
  if (entries.length !== 1 || named?.length !== 32 || !held || !equalBytes(named, held)) {
    throw wrongShape("exactly one Ed25519 key, named by itself");
  }
  return { purpose, publicKey: encodeBase64(held) };
}

function isDeviceKeys(object: JsonObject): boolean {
  const deviceId = member(object, "device_id");
  if (typeof deviceId !== "string" || deviceId === "" || !Array.isArray(member(object, "algorithms"))) return false;
  const entries = keyEntries(object);
  return entries.length > 0 && entries.every(([name]) => name.endsWith(`:${deviceId}`));
}

function keyEntries(object: JsonObject): [string, unknown][] {
  const keys = member(object, "keys");
  return isJsonObject(keys) ? Object.entries(keys) : [];
}

/** An own member, never an inherited one. */
function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function wrongShape(expected: string): CountersignError {
  return new CountersignError("ERR_OBJECT_SHAPE", `expected ${expected}, got another object`);
}

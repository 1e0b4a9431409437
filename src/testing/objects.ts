import { encodeBase64 } from "../encoding/base64.js";
import { type Bytes, concatBytes, utf8 } from "../encoding/bytes.js";
import { readSignable, readSignableEvent, type SignableObject } from "../model/signable.js";

/** The Matrix user whose master key the conformance suite signs: whom a certificate must name, where its algorithm asks. */
export const conformanceUserId = "@alice:example.org";

const ownFill = 7;

/** The object that the suite signs. */
export const ownObject: SignableObject = crossSigningKey({});

/** Objects whose signature `ownObject` does not have, and bytes that are nearly its own. */
export const otherObjects: readonly (readonly [what: string, object: SignableObject])[] = [
  ["another master key of the same user", crossSigningKey({ fill: 8 })],
  ["another user's master key", crossSigningKey({ userId: "@mallory:example.org", fill: 9 })],
  ["the same key as another user's", crossSigningKey({ userId: "@mallory:example.org" })],
  ["the same key as a self-signing key", crossSigningKey({ usage: "self_signing" })],
  ["the same key as a user-signing key", crossSigningKey({ usage: "user_signing" })],
  ["an event", readSignableEvent({ type: "m.room.message", sender: conformanceUserId, content: { body: "hello" } })],
  ["no bytes", withBytes(new Uint8Array())],
  ["the bytes without the last", withBytes(ownObject.bytes.slice(0, -1))],
  ["the bytes without the first", withBytes(ownObject.bytes.slice(1))],
  ["the bytes and a line feed", withBytes(concatBytes(ownObject.bytes, utf8("\n")))],
  ["the bytes twice", withBytes(concatBytes(ownObject.bytes, ownObject.bytes))],
  ["the bytes with one bit changed", withBytes(ownObject.bytes.map((byte, index) => (index === 40 ? byte ^ 1 : byte)))],
];

function crossSigningKey({ userId = conformanceUserId, usage = "master", fill = ownFill }): SignableObject {
  const key = encodeBase64(new Uint8Array(32).fill(fill));
  return readSignable({ user_id: userId, usage: [usage], keys: { [`ed25519:${key}`]: key } }, userId);
}

function withBytes(bytes: Bytes): SignableObject {
  return { ...ownObject, bytes };
}

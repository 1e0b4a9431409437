import { decodeBase64 } from "../../src/encoding/base64.js";
import { type SenderKeys, type SignedEvent, signEventContent } from "../../src/index.js";
import {
  type Body,
  type CrossSigningKeys,
  makeCrossSigningKeys,
  makeSigningKey,
  type SigningKey,
} from "./homeserver-account.js";

/** A user who signs events: their keys as a server serves them. */
export interface EventSigner {
  readonly userId: string;
  readonly keys: CrossSigningKeys;
  readonly eventKey: SigningKey;
  /** What a reader is given. */
  readonly served: SenderKeys & { readonly eventSigningKey: Body };
  /** The event with the user's signature in it. */
  sign(event: Omit<SignedEvent, "sender">): Promise<SignedEvent>;
}

/** Makes the keys of a user who signs events. */
export function makeEventSigner(userId: string, keys: CrossSigningKeys = makeCrossSigningKeys(userId)): EventSigner {
  const eventKey = makeSigningKey();
  const eventSigningKey = lesserKey(userId, "event_signing", eventKey.publicKey, keys.master);
  return {
    userId,
    keys,
    eventKey,
    served: { masterKey: keys.body.master_key, eventSigningKey },
    sign: async (event) => {
      const whole = { ...event, sender: userId };
      return { ...whole, content: await signEventContent(whole, decodeBase64(eventKey.seed)) };
    },
  };
}

/** A key of that usage, signed by the master key. */
export function lesserKey(userId: string, usage: string, publicKey: string, master: SigningKey): Body {
  const key = { user_id: userId, usage: [usage], keys: { [`ed25519:${publicKey}`]: publicKey } };
  return { ...key, signatures: { [userId]: { [`ed25519:${master.publicKey}`]: master.sign(key) } } };
}

/** A message that nobody signed. */
export const message = {
  type: "m.room.message",
  content: { msgtype: "m.text", body: "foxies!", unsigned: { age: 1 } },
};

import { canonicalJson } from "../../src/encoding/canonical-json.js";
import type { JsonObject } from "../../src/encoding/json-object.js";

/** A cross-signing key made by WebCrypto, as a server would serve it. */
export interface CrossSigningKey {
  readonly userId: string;
  /** Unpadded base64. */
  readonly publicKey: string;
  readonly object: JsonObject;
  /** An `ed25519:` signature over an object, unpadded base64. */
  sign(object: JsonObject): Promise<string>;
}

/** Makes a fresh key of the given usage for `userId`. */
export async function makeCrossSigningKey(userId: string, usage = "master"): Promise<CrossSigningKey> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = unpadded(await crypto.subtle.exportKey("raw", pair.publicKey));
  const object = { user_id: userId, usage: [usage], keys: { [`ed25519:${publicKey}`]: publicKey } };
  const sign = async ({ signatures: _signatures, unsigned: _unsigned, ...signed }: JsonObject): Promise<string> => {
    const bytes = new TextEncoder().encode(canonicalJson(signed));
    return unpadded(await crypto.subtle.sign("Ed25519", pair.privateKey, bytes));
  };
  return { userId, publicKey, object, sign };
}

function unpadded(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/=+$/, "");
}

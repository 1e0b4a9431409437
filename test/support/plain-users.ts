import type { JsonObject } from "matrix-countersign";
import { type CrossSigningKey, makeCrossSigningKey } from "./matrix-keys.js";

/** A user who is nothing but an account and cross-signing keys; works in the browser, without an SDK. */
export interface PlainUser {
  readonly userId: string;
  readonly master: CrossSigningKey;
  /** Uploads the cross-signing keys, the master key with these signatures of its owner. */
  uploadKeys(signatures: JsonObject): Promise<void>;
  join(roomId: string): Promise<void>;
}

/** Registers a user and makes keys, which nobody has yet. */
export async function plainUser(baseUrl: string, username: string): Promise<PlainUser> {
  const password = crypto.randomUUID();
  const session = await post(baseUrl, "register", { username, password, auth: { type: "m.login.dummy" } });
  const { user_id: userId, access_token: token } = session as { user_id: string; access_token: string };
  const master = await makeCrossSigningKey(userId);
  const selfSigning = await makeCrossSigningKey(userId, "self_signing");
  const byMaster = { [userId]: { [`ed25519:${master.publicKey}`]: await master.sign(selfSigning.object) } };
  const auth = { type: "m.login.password", identifier: { type: "m.id.user", user: userId }, password };
  return {
    userId,
    master,
    uploadKeys: async (signatures) => {
      const master_key = { ...master.object, signatures: { [userId]: signatures } };
      const self_signing_key = { ...selfSigning.object, signatures: byMaster };
      await post(baseUrl, "keys/device_signing/upload", { auth, master_key, self_signing_key }, token);
    },
    join: async (roomId) => {
      await post(baseUrl, `join/${encodeURIComponent(roomId)}`, {}, token);
    },
  };
}

async function post(baseUrl: string, path: string, body: object, token?: string): Promise<JsonObject> {
  const response = await fetch(`${baseUrl}/_matrix/client/v3/${path}`, {
    method: "POST",
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as JsonObject;
}

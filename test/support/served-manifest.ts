import { canonicalJson, type JsonObject } from "matrix-countersign";
import type { MatrixUser } from "../../examples/shared/matrix-user.js";

/** The name of the profile field and type of the state event that hold a manifest. */
export const manifestName = "org.matrix.msc2961.signatures";

/** The manifest that a user's profile holds, as a server passes it on to anybody. */
export async function manifestInProfile({ client }: MatrixUser, userId: string): Promise<JsonObject> {
  const profile = `${client.getHomeserverUrl()}/_matrix/client/v3/profile/${encodeURIComponent(userId)}`;
  const answer = await fetch(`${profile}/${manifestName}`);
  return ((await answer.json()) as JsonObject)[manifestName] as JsonObject;
}

/** Whether the self-signing key that a reader is served really signed the manifest: by WebCrypto alone. */
export async function isApprovedByServedKey(
  manifest: JsonObject,
  { client }: MatrixUser,
  userId: string,
): Promise<boolean> {
  const answer = await client.downloadKeysForUsers([userId]);
  const [keyId = "", publicKey = ""] = Object.entries(answer.self_signing_keys?.[userId]?.keys ?? {})[0] ?? [];
  const { signatures, ...signed } = manifest as JsonObject & { signatures?: Record<string, Record<string, string>> };
  const signature = signatures?.[userId]?.[keyId] ?? "";
  const key = await crypto.subtle.importKey("raw", fromBase64(publicKey), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, fromBase64(signature), new TextEncoder().encode(canonicalJson(signed)));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

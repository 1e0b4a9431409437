import type { OwnSignature } from "matrix-countersign";
import { type MatrixClient, MatrixError, Method } from "matrix-js-sdk";
import { createIdentity, logInAgain } from "../../shared/matrix-user.js";
import type { Pair } from "../matrix/pair.js";

const manifest = "org.matrix.msc2961.signatures";

/**
 * Alters one bit of the published signature, by every route: what a server could do, done here with Alice's own access token.
 *
 * @throws MatrixError where no route took it
 */
export async function tamperWithSignature({ alice }: Pair, signature: OwnSignature): Promise<void> {
  const { value } = signature;
  if (typeof value !== "string") throw new Error("expected a signature that is text");
  await overwrite(alice.client, alice.userId, signature.masterKey, signature.keyId, withOneBitFlipped(value));
}

/** Near the end, where the numbers of an OpenPGP signature stand. */
function withOneBitFlipped(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const at = bytes.length - 4;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

/**
 * Puts another master key in the place of Alice's, and hangs her published signature on it: what a server could do, done here
 * with Alice's password.
 */
export async function swapMasterKey({ baseUrl, alice }: Pair, signature: OwnSignature | undefined): Promise<void> {
  const intruder = await logInAgain(baseUrl, alice);
  try {
    await createIdentity(intruder, true);
    const masterKey = (await intruder.client.getCrypto()?.getCrossSigningKeyId()) ?? undefined;
    if (masterKey === undefined) throw new Error("expected the new master key");
    if (signature === undefined || typeof signature.value !== "string") return;
    await overwrite(intruder.client, alice.userId, masterKey, signature.keyId, signature.value);
  } finally {
    await intruder.client.logout(true);
  }
}

async function overwrite(client: MatrixClient, userId: string, masterKey: string, keyId: string, value: string) {
  const signatures = { [userId]: { [keyId]: value } };
  const key = { user_id: userId, usage: ["master"], keys: { [`ed25519:${masterKey}`]: masterKey }, signatures };
  const field = {
    user_id: userId,
    master_key: `ed25519:${masterKey}`,
    sequence: Date.now(),
    external: { [keyId]: value },
    withdrawn: [],
  };
  const results = await Promise.allSettled([
    client.http.authedRequest(Method.Post, "/keys/signatures/upload", {}, { [userId]: { [masterKey]: key } }),
    client.http.authedRequest(
      Method.Put,
      `/profile/${encodeURIComponent(userId)}/${manifest}`,
      {},
      { [manifest]: field },
    ),
  ]);
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  const unexpected = failures.find((error) => !(error instanceof MatrixError));
  if (unexpected !== undefined || failures.length === results.length) throw unexpected ?? failures[0];
}

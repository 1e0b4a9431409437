import type { JsonObject } from "../encoding/json-object.js";
import { signerEntry } from "./external-signature.js";
import { isSignedBy } from "./matrix-signature.js";
import { type Purpose, readSignable, type SignableObject } from "./signable.js";

/** The cross-signing keys that a master key signs; the third is MSC2757's, the fourth MSC2882's. */
export type LesserKey = Extract<
  Purpose,
  "self-signing-key" | "user-signing-key" | "event-signing-key" | "public-user-key"
>;

/**
 * A user's self-signing, user-signing, event-signing or public user-signing key in unpadded base64, if `object` is exactly that and the
 * user's master key signed it.
 *
 * Does not check whose the master key is, nor whether the key is the newest that they have: only their server can tell.
 *
 * @param object as a server serves it, signatures and all: hostile until proven otherwise
 * @see Matrix specification, client-server API, "Cross-signing"
 */
export async function lesserKeyOf(
  object: JsonObject,
  purpose: LesserKey,
  masterKey: SignableObject,
): Promise<string | undefined> {
  const { userId, publicKey = "" } = masterKey;
  const signable = tryReadSignable(object, userId);
  if (signable?.purpose !== purpose || masterKey.purpose !== "master-key") return undefined;
  const name = `ed25519:${publicKey}`;
  const entry = signerEntry(object, userId);
  const value = Object.hasOwn(entry, name) ? entry[name] : undefined;
  return (await isSignedBy(publicKey, value, signable.bytes)) ? signable.publicKey : undefined;
}

function tryReadSignable(object: JsonObject, userId: string): SignableObject | undefined {
  try {
    return readSignable(object, userId);
  } catch {
    return undefined;
  }
}

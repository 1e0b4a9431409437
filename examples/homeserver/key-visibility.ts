/** Which signatures of a key who gets to see. */
import { copyOf, isObject, type JsonObject, type JsonValue, objectAt, objectFrom, own, put } from "./json.js";
import type { KeyPurpose, ServerState, StoredKey, User } from "./state.js";

/** The owner's cross-signing key as `requester` sees it, or undefined if there is none. */
export function visibleCrossSigningKey(
  server: ServerState,
  owner: User,
  purpose: KeyPurpose,
  requester: string,
): JsonObject | undefined {
  const stored = owner.crossSigning.get(purpose);
  if (stored === undefined) return undefined;
  if (server.profile.visibility === "accident") return keyThroughSharedCache(server, owner, purpose, requester);
  return withPublicSignatures(server, stored, withSignatures(stored, [owner.userId, requester]));
}

/** Adds what others signed with the keys that they have for that (MSC2882), and have still. */
function withPublicSignatures(server: ServerState, stored: StoredKey, key: JsonObject): JsonObject {
  if (server.profile.proposals !== true) return key;
  for (const [signer, values] of stored.added) {
    const publicKey = server.users.get(signer)?.crossSigning.get("public_user_signing")?.body;
    for (const keyId of Object.keys(objectAt(publicKey, "keys") ?? {})) {
      const value = values.get(keyId);
      if (value !== undefined) putSignature(key, signer, keyId, value);
    }
  }
  return key;
}

/** The owner's device keys as anybody sees them, with the name of the device. */
export function visibleDeviceKeys(owner: User, stored: StoredKey, displayName: string | undefined): JsonObject {
  const shown = withSignatures(stored, [owner.userId]);
  if (displayName === undefined) return shown;
  return { ...shown, unsigned: { ...objectAt(shown, "unsigned"), device_display_name: displayName } };
}

/** The key as uploaded, plus what these signers added later. */
function withSignatures(stored: StoredKey, signers: readonly string[]): JsonObject {
  const key = copyOf(stored.body);
  for (const signer of new Set(signers)) {
    for (const [keyId, value] of stored.added.get(signer) ?? []) putSignature(key, signer, keyId, value);
  }
  return key;
}

/** Sets one signature inside a key object. */
export function putSignature(key: JsonObject, signer: string, keyId: string, value: JsonValue): void {
  if (objectAt(key, "signatures") === undefined) put(key, "signatures", {});
  const signatures = objectAt(key, "signatures") ?? {};
  if (objectAt(signatures, signer) === undefined) put(signatures, signer, {});
  put(objectAt(signatures, signer) ?? {}, keyId, value);
}

/**
 * Synapse keeps one cached copy of a user's keys for everybody and adds to a copy of it what the requester signed.
 * The copy does not reach the innermost dictionary: where the requester already has signatures on that key, the
 * cached one is written into, and everybody is served the addition until the cache is emptied.
 */
function keyThroughSharedCache(
  server: ServerState,
  owner: User,
  purpose: KeyPurpose,
  requester: string,
): JsonObject | undefined {
  const cached = cachedKeys(server, owner).get(purpose);
  const additions = owner.crossSigning.get(purpose)?.added.get(requester);
  if (cached === undefined || additions === undefined || additions.size === 0) return cached;
  const signatures = objectAt(cached, "signatures");
  const innermost = own(signatures, requester);
  const ownSignatures = isObject(innermost) ? innermost : {};
  for (const [keyId, value] of additions) put(ownSignatures, keyId, value);
  const shown = objectFrom([...Object.entries(signatures ?? {}), [requester, ownSignatures]]);
  return { ...cached, signatures: shown };
}

/** The shared copies; reading them puts them into the cache. */
export function cachedKeys(server: ServerState, owner: User): Map<KeyPurpose, JsonObject> {
  const known = server.caches.crossSigning.get(owner.userId);
  if (known !== undefined) return known;
  const keys = new Map<KeyPurpose, JsonObject>();
  for (const [purpose, stored] of owner.crossSigning) keys.set(purpose, copyOf(stored.body));
  server.caches.crossSigning.set(owner.userId, keys);
  return keys;
}

/** Forgets the shared copies, as an upload of new keys does. */
export function forgetCachedKeys(server: ServerState, owner: User): void {
  server.caches.crossSigning.delete(owner.userId);
}

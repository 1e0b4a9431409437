/** `POST /keys/device_signing/upload`: a user's cross-signing keys. */
import { reencodeSignatures } from "./base64.js";
import { crashed, invalidParam, MatrixError, missingParam } from "./errors.js";
import {
  arrayAt,
  canonicalJson,
  copyOf,
  isObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  own,
  stringAt,
  without,
} from "./json.js";
import { cachedKeys, forgetCachedKeys } from "./key-visibility.js";
import type { ServerProfile } from "./profile-rules.js";
import { announceKeyChange, type KeyPurpose, type ServerState, type StoredKey, type User } from "./state.js";
import { requireAuth } from "./user-interactive-auth.js";
import { hasValidSignature } from "./verify.js";

/** All that there are, where the server knows MSC2757 and MSC2882 too. */
export const PURPOSES: readonly KeyPurpose[] = [
  "master",
  "self_signing",
  "user_signing",
  "event_signing",
  "public_user_signing",
];

const PROPOSED: readonly KeyPurpose[] = ["event_signing", "public_user_signing"];

type UploadedKeys = Map<KeyPurpose, JsonObject>;

/** Takes the keys of the body, or throws. */
export function uploadCrossSigningKeys(server: ServerState, user: User, body: JsonObject): JsonObject {
  const uploaded = readKeys(server.profile, user.userId, body);
  if (user.crossSigning.has("master") || server.uiaOnFirstUpload) {
    if (isWhatIsStored(server, user, uploaded)) return {};
    requireAuth(server, body, { purpose: "device_signing", stage: "m.login.password", user });
  }
  const master = uploaded.get("master") ?? user.crossSigning.get("master")?.body;
  if (master === undefined) throw missingParam("No master key available");
  if (server.profile.keyUpload.verifies) checkSignedByMaster(user.userId, master, uploaded);
  if (isSameSet(user, uploaded) && server.profile.keyUpload.ignoresSameSet) return {};
  for (const [purpose, key] of uploaded) storeKey(server, user, purpose, key);
  forgetCachedKeys(server, user);
  announceKeyChange(server, user.userId, [...uploaded.keys()].every(isUserSigning) ? user.userId : undefined);
  return {};
}

const isUserSigning = (purpose: KeyPurpose): boolean => purpose === "user_signing";

/** MSC2882's stands under its unstable name. */
const memberOf = (purpose: KeyPurpose): string =>
  purpose === "public_user_signing" ? "org.matrix.msc2882.public_user_signing_key" : `${purpose}_key`;

const usageOf = (purpose: KeyPurpose): string => (purpose === "public_user_signing" ? "public-user" : purpose);

function readKeys(profile: ServerProfile, userId: string, body: JsonObject): UploadedKeys {
  const uploaded: UploadedKeys = new Map();
  for (const purpose of PURPOSES) {
    const isKnown = !PROPOSED.includes(purpose) || profile.proposals === true;
    const given = isKnown ? own(body, memberOf(purpose)) : undefined;
    if (given === undefined || given === null) continue;
    if (!isObject(given)) throw invalidParam(`Invalid ${purpose} key`);
    const key = checkedSignatures(profile, given);
    const names = Object.keys(objectAt(key, "keys") ?? {});
    const isForPurpose = arrayAt(key, "usage").includes(usageOf(purpose));
    if (stringAt(key, "user_id") !== userId || !isForPurpose || names.length !== 1 || publicKeyOf(key) === undefined) {
      throw invalidParam(`Invalid ${purpose} key`);
    }
    uploaded.set(purpose, key);
  }
  if (uploaded.size === 0) throw missingParam("No keys were supplied");
  return uploaded;
}

/** The public key of a cross-signing key, whose name must say the same: `ed25519:<public key>`. */
export function publicKeyOf(key: JsonObject): string | undefined {
  const [entry] = Object.entries(objectAt(key, "keys") ?? {});
  if (entry === undefined || typeof entry[1] !== "string") return undefined;
  return entry[0] === `ed25519:${entry[1]}` && Buffer.from(entry[1], "base64").length === 32 ? entry[1] : undefined;
}

/** Refuses or rewrites signatures that this server does not take in an uploaded key. */
function checkedSignatures(profile: ServerProfile, given: JsonObject): JsonObject {
  const { values, withoutColon, refusal, maxSignatureBytes } = profile.keyUpload;
  const refuse = (): never => {
    throw new MatrixError(refusal.status, refusal.errcode, refusal.message);
  };
  const key = values === "base64" ? (reencodeSignatures(given) ?? refuse()) : copyOf(given);
  for (const ofSigner of Object.values(objectAt(key, "signatures") ?? {})) {
    if (!isObject(ofSigner)) return refuse();
    for (const [keyId, value] of Object.entries(ofSigner)) {
      if (values !== "any" && typeof value !== "string") return refuse();
      if (!withoutColon && !keyId.includes(":")) return refuse();
      if (maxSignatureBytes !== undefined && Buffer.from(String(value), "base64").length > maxSignatureBytes) {
        throw invalidParam("A signature is too long");
      }
      if (exceedsCustomLength(profile.signatureUpload.maxCustomLength, keyId, value)) {
        throw new MatrixError(400, "M_TOO_LARGE", "A custom signature is too long");
      }
    }
  }
  return key;
}

/** Whether the server already has exactly this, signatures included, as it remembers them. */
function isWhatIsStored(server: ServerState, user: User, uploaded: UploadedKeys): boolean {
  const known = server.profile.visibility === "accident" ? cachedKeys(server, user) : mergedKeys(user);
  return [...uploaded].every(([purpose, key]) => {
    const stored = known.get(purpose);
    return stored !== undefined && JSON.stringify(sorted(stored)) === JSON.stringify(sorted(key));
  });
}

function mergedKeys(user: User): Map<KeyPurpose, JsonObject> {
  return new Map([...user.crossSigning].map(([purpose, stored]) => [purpose, bodyWithOwnSignatures(user, stored)]));
}

function bodyWithOwnSignatures(user: User, stored: StoredKey): JsonObject {
  const body = copyOf(stored.body);
  const added = stored.added.get(user.userId);
  if (added === undefined || added.size === 0) return body;
  const signatures = objectAt(body, "signatures") ?? {};
  const own = { ...objectAt(signatures, user.userId), ...Object.fromEntries(added) };
  return { ...body, signatures: { ...signatures, [user.userId]: own } };
}

/** Members in one order, so that equal objects have equal texts. */
function sorted(object: JsonObject): unknown {
  return Object.entries(object)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, isObject(value) ? sorted(value) : value]);
}

function checkSignedByMaster(userId: string, master: JsonObject, uploaded: UploadedKeys): void {
  const publicKey = publicKeyOf(master) ?? "";
  for (const [purpose, key] of uploaded) {
    if (purpose !== "master" && !hasValidSignature(key, userId, `ed25519:${publicKey}`, publicKey)) {
      throw new MatrixError(400, "M_INVALID_SIGNATURE", `Invalid signature on ${purpose} key`);
    }
  }
}

function isSameSet(user: User, uploaded: UploadedKeys): boolean {
  return PURPOSES.every((purpose) => {
    const stored = user.crossSigning.get(purpose);
    const key = uploaded.get(purpose);
    if (stored === undefined || key === undefined) return stored === key;
    return publicKeyOf(stored.body) === publicKeyOf(key);
  });
}

function storeKey(server: ServerState, user: User, purpose: KeyPurpose, key: JsonObject): void {
  const { sameKey, keepsForeignSigners } = server.profile.keyUpload;
  const publicKey = publicKeyOf(key) ?? "";
  if (sameKey === "crash" && user.usedPublicKeys.has(publicKey)) throw crashed();
  const before = user.crossSigning.get(purpose);
  const isSame = before !== undefined && publicKeyOf(before.body) === publicKey;
  user.usedPublicKeys.add(publicKey);
  if (isSame && sameKey === "adds") {
    addSignatures(before, key);
    return;
  }
  const body = keepsForeignSigners ? key : withoutForeignSigners(user.userId, key);
  user.crossSigning.set(purpose, { body, added: new Map() });
}

function withoutForeignSigners(userId: string, key: JsonObject): JsonObject {
  const own = objectAt(objectAt(key, "signatures"), userId);
  const bare = without(key, "signatures");
  return own === undefined ? bare : { ...bare, signatures: { [userId]: own } };
}

/** Keeps what the key has and adds what it carries now. */
function addSignatures(stored: StoredKey, key: JsonObject): void {
  for (const [signer, values] of Object.entries(objectAt(key, "signatures") ?? {})) {
    const known = stored.added.get(signer) ?? new Map();
    stored.added.set(signer, known);
    for (const [keyId, value] of Object.entries(values ?? {})) known.set(keyId, value);
  }
}

/** MSC2961's limit: key ID and value together, in code points, the value being canonical JSON if it is no string. */
export function exceedsCustomLength(limit: number | undefined, keyId: string, value: JsonValue): boolean {
  if (limit === undefined || !keyId.startsWith("custom:")) return false;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return [...keyId, ...text].length > limit;
}

/** Whether two objects are the same apart from who signed them. */
export function isSameObject(a: JsonObject, b: JsonObject): boolean {
  try {
    const bytes = (object: JsonObject): string => canonicalJson(without(object, "signatures", "unsigned"));
    return bytes(a) === bytes(b);
  } catch {
    return false;
  }
}

/** `POST /keys/signatures/upload`: signatures on keys that are already here. */
import { reencodeSignatures } from "./base64.js";
import { badJson, crashed, invalidParam } from "./errors.js";
import { isObject, type JsonObject, type JsonValue, objectAt, objectFrom, own, stringAt } from "./json.js";
import { exceedsCustomLength, isSameObject, publicKeyOf } from "./key-upload.js";
import type { ErrorShape, Fate, SignatureUploadRules } from "./profile-rules.js";
import { announceKeyChange, type ServerState, type StoredKey, type User } from "./state.js";
import { hasValidSignature } from "./verify.js";

/** One of the uploader's or another user's keys. */
interface Target {
  readonly owner: User;
  /** The public key, or the device ID. */
  readonly name: string;
  readonly stored: StoredKey;
  readonly isMaster: boolean;
}

/** A signature that will be stored if the whole request comes through. */
interface Accepted {
  readonly target: Target;
  readonly keyId: string;
  readonly value: JsonValue;
}

const invalidSignature: ErrorShape = { status: 400, errcode: "M_INVALID_SIGNATURE", message: "Invalid signature" };
const keyNotFound: ErrorShape = { status: 404, errcode: "M_NOT_FOUND", message: "Unknown device" };
const keyMismatch: ErrorShape = { status: 400, errcode: "M_UNKNOWN", message: "Key does not match" };
const tooLong: ErrorShape = { status: 400, errcode: "M_TOO_LARGE", message: "A custom signature is too long" };

/** Takes the signatures of the body; what was not taken is named in `failures`. */
export function uploadSignatures(server: ServerState, user: User, body: JsonObject): JsonObject {
  const rules = server.profile.signatureUpload;
  const accepted: Accepted[] = [];
  const failures = new Map<string, Map<string, JsonValue>>();
  for (const [userId, keyName, signed] of readBody(server, body)) {
    const fail = (error: ErrorShape): void => {
      const ofUser = failures.get(userId) ?? new Map<string, JsonValue>();
      failures.set(userId, ofUser.set(keyName, failureJson(rules, error)));
    };
    const target = findTarget(server, user, userId, keyName);
    if (target === undefined) {
      if (rules.verifies) fail(keyNotFound);
      continue;
    }
    const judge = userId === user.userId ? judgeOwn : judgeOther;
    accepted.push(...judge(rules, user, target, signed, fail));
  }
  store(server, user, accepted);
  return { failures: objectFrom([...failures].map(([userId, keys]) => [userId, objectFrom(keys)])) };
}

function failureJson(rules: SignatureUploadRules, error: ErrorShape): JsonObject {
  const text = rules.failureMember === "message" ? `${error.status}: ${error.message}` : error.message;
  return objectFrom([
    ["status", error.status],
    ["errcode", error.errcode],
    [rules.failureMember, text],
  ]);
}

function* readBody(server: ServerState, body: JsonObject): Generator<[string, string, JsonObject]> {
  for (const [userId, keys] of Object.entries(body)) {
    if (!isObject(keys)) throw invalidParam("Invalid parameter");
    for (const [keyName, signed] of Object.entries(keys)) {
      if (!isObject(signed)) throw invalidParam("Invalid parameter");
      const usable = server.profile.reencodesBase64 ? reencodeSignatures(signed) : signed;
      if (usable === undefined) throw badJson("The request body could not be decoded");
      yield [userId, keyName, usable];
    }
  }
}

function findTarget(server: ServerState, uploader: User, userId: string, name: string): Target | undefined {
  const owner = server.users.get(userId);
  if (owner === undefined) return undefined;
  if (owner === uploader && server.profile.signatureUpload.needsDeviceKeys && !hasDeviceKeys(owner)) return undefined;
  for (const [purpose, stored] of owner.crossSigning) {
    if (publicKeyOf(stored.body) === name) return { owner, name, stored, isMaster: purpose === "master" };
  }
  const stored = owner.devices.get(name)?.keys;
  return stored === undefined ? undefined : { owner, name, stored, isMaster: false };
}

const hasDeviceKeys = (user: User): boolean => [...user.devices.values()].some((device) => device.keys !== undefined);

/** Another user's key takes one signature: that of the uploader's user-signing key on a master key, or of their public one. */
function judgeOther(
  rules: SignatureUploadRules,
  uploader: User,
  target: Target,
  signed: JsonObject,
  fail: (error: ErrorShape) => void,
): Accepted[] {
  const entry = objectAt(objectAt(signed, "signatures"), uploader.userId);
  const [userKey, publicUserKey] = (["user_signing", "public_user_signing"] as const).map((purpose) =>
    publicKeyOf(uploader.crossSigning.get(purpose)?.body ?? {}),
  );
  const isPublic = publicUserKey !== undefined && own(entry, `ed25519:${publicUserKey}`) !== undefined;
  const publicKey = isPublic ? publicUserKey : userKey;
  const keyId = `ed25519:${publicKey}`;
  const value = own(entry, keyId);
  if (rules.needsSignaturesMember && objectAt(target.stored.body, "signatures") === undefined) return [];
  if (!rules.verifies) return value === undefined ? [] : [{ target, keyId, value }];
  if (publicKey === undefined || !target.isMaster) fail(keyNotFound);
  else if (!isSameObject(signed, target.stored.body)) fail(keyMismatch);
  else if (value === undefined || !hasValidSignature(signed, uploader.userId, keyId, publicKey)) fail(invalidSignature);
  else return [{ target, keyId, value }];
  return [];
}

function judgeOwn(
  rules: SignatureUploadRules,
  user: User,
  target: Target,
  signed: JsonObject,
  fail: (error: ErrorShape) => void,
): Accepted[] {
  const signatures = Object.entries(objectAt(objectAt(signed, "signatures"), user.userId) ?? {});
  if (rules.needsSignaturesMember && objectAt(target.stored.body, "signatures") === undefined) return [];
  if (rules.verifies && signatures.length === 0) {
    fail(invalidSignature);
    return [];
  }
  if (rules.comparesUnverified && !isSameObject(signed, target.stored.body)) {
    fail(keyMismatch);
    return [];
  }
  const accepted: Accepted[] = [];
  for (const [keyId, value] of signatures) {
    const fate = fateOf(rules, user, target, signed, keyId, value);
    if (fate === "crash") throw crashed();
    if (fate === "store") accepted.push({ target, keyId, value });
    else if (fate !== "drop") {
      fail(fate);
      if (rules.failureLosesKey) return [];
    }
  }
  // Where external signatures count on master keys alone, a device without an internal one was not signed at all.
  if (rules.externalOn === "master" && !target.isMaster && accepted.length === 0) fail(invalidSignature);
  return accepted;
}

function fateOf(
  rules: SignatureUploadRules,
  user: User,
  target: Target,
  signed: JsonObject,
  keyId: string,
  value: JsonValue,
): Fate {
  if (!keyId.includes(":")) return rules.withoutColon;
  if (keyId.startsWith("ed25519:")) return fateOfInternal(rules, user, target, signed, keyId, value);
  if (rules.externalOn === "master" && !target.isMaster) return "drop";
  if (exceedsCustomLength(rules.maxCustomLength, keyId, value)) return tooLong;
  return typeof value === "string" ? rules.string : rules.object;
}

function fateOfInternal(
  rules: SignatureUploadRules,
  user: User,
  target: Target,
  signed: JsonObject,
  keyId: string,
  value: JsonValue,
): Fate {
  if (!rules.verifies) return typeof value === "string" ? "store" : "drop";
  const publicKey = ownPublicKey(user, keyId);
  if (publicKey === undefined) return invalidSignature;
  if (!isSameObject(signed, target.stored.body)) return keyMismatch;
  return hasValidSignature(signed, user.userId, keyId, publicKey) ? "store" : invalidSignature;
}

/** The public key behind `ed25519:<device ID or public key>`, if it is one of the user's own. */
function ownPublicKey(user: User, keyId: string): string | undefined {
  const name = keyId.slice("ed25519:".length);
  const ofDevice = stringAt(objectAt(user.devices.get(name)?.keys?.body, "keys"), keyId);
  if (ofDevice !== undefined) return ofDevice;
  return [...user.crossSigning.values()].map((stored) => publicKeyOf(stored.body)).find((key) => key === name);
}

function store(server: ServerState, uploader: User, accepted: readonly Accepted[]): void {
  const changed = new Set<string>();
  for (const { target, keyId, value } of accepted) {
    const ofSigner = target.stored.added.get(uploader.userId) ?? new Map<string, JsonValue>();
    target.stored.added.set(uploader.userId, ofSigner.set(keyId, value));
    changed.add(target.owner.userId);
  }
  if (!server.profile.signatureUpload.announces) return;
  // Whom the uploader signed is the uploader's own affair.
  for (const userId of changed) {
    announceKeyChange(server, userId, userId === uploader.userId ? undefined : uploader.userId);
  }
}

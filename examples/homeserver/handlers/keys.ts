/** End-to-end keys: upload, query, claim, and who changed theirs. */
import { badJson, MatrixError } from "../errors.js";
import { isObject, type JsonObject, type JsonValue, objectAt, objectFrom, stringAt } from "../json.js";
import { PURPOSES, uploadCrossSigningKeys } from "../key-upload.js";
import { visibleCrossSigningKey, visibleDeviceKeys } from "../key-visibility.js";
import type { AuthenticatedRequest, Router } from "../router.js";
import { uploadSignatures } from "../signature-upload.js";
import { announceKeyChange, type Device, type KeyPurpose, type ServerState, type User } from "../state.js";

const KEYS = "/_matrix/client/{v3|r0|unstable}/keys";

/** Adds the routes. */
export function addKeyRoutes(router: Router): void {
  router.authenticated("POST", `${KEYS}/upload`, uploadKeys);
  router.authenticated("POST", `${KEYS}/query`, queryKeys);
  router.authenticated("POST", `${KEYS}/claim`, claimKeys);
  router.authenticated("POST", `${KEYS}/device_signing/upload`, ({ server, session, body }) =>
    uploadCrossSigningKeys(server, session.user, body),
  );
  router.authenticated("POST", `${KEYS}/signatures/upload`, ({ server, session, body }) =>
    uploadSignatures(server, session.user, body),
  );
}

/** How many one-time keys of each algorithm a device has left. */
export function oneTimeKeyCounts(device: Device): JsonObject {
  const counts = new Map<string, number>([["signed_curve25519", 0]]);
  for (const keyId of device.oneTimeKeys.keys()) {
    const algorithm = algorithmOf(keyId);
    counts.set(algorithm, (counts.get(algorithm) ?? 0) + 1);
  }
  return objectFrom(counts);
}

const algorithmOf = (keyId: string): string => keyId.split(":", 1)[0] ?? "";

function uploadKeys({ server, session, body }: AuthenticatedRequest): JsonObject {
  const { user, device } = session;
  const deviceKeys = objectAt(body, "device_keys");
  if (deviceKeys !== undefined) storeDeviceKeys(server, user, device, deviceKeys);
  for (const [keyId, key] of Object.entries(objectAt(body, "one_time_keys") ?? {})) {
    const known = device.oneTimeKeys.get(keyId);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(key)) {
      throw new MatrixError(400, "M_UNKNOWN", `One time key ${keyId} already exists`);
    }
    device.oneTimeKeys.set(keyId, key);
  }
  const fallbackKeys = objectAt(body, "fallback_keys") ?? objectAt(body, "org.matrix.msc2732.fallback_keys");
  for (const [keyId, key] of Object.entries(fallbackKeys ?? {})) {
    device.fallbackKeys.set(algorithmOf(keyId), { keyId, key, used: false });
  }
  return { one_time_key_counts: oneTimeKeyCounts(device) };
}

function storeDeviceKeys(server: ServerState, user: User, device: Device, keys: JsonObject): void {
  if (stringAt(keys, "user_id") !== user.userId || stringAt(keys, "device_id") !== device.deviceId) {
    throw badJson("These are the keys of another device");
  }
  if (device.keys !== undefined && JSON.stringify(device.keys.body) === JSON.stringify(keys)) return;
  device.keys = { body: keys, added: new Map() };
  announceKeyChange(server, user.userId);
}

function queryKeys({ server, session, body }: AuthenticatedRequest): JsonObject {
  const wanted = objectAt(body, "device_keys");
  if (wanted === undefined) throw badJson("device_keys must be an object");
  const requester = session.user.userId;
  const found: Record<KeyPurpose, [string, JsonValue][]> = {
    master: [],
    self_signing: [],
    user_signing: [],
    event_signing: [],
    public_user_signing: [],
  };
  const devices: [string, JsonValue][] = [];
  for (const [userId, deviceIds] of Object.entries(wanted)) {
    if (!Array.isArray(deviceIds)) throw badJson("device_keys maps users to arrays");
    const user = server.users.get(userId);
    if (user === undefined) continue;
    devices.push([userId, devicesOf(user, deviceIds)]);
    for (const purpose of PURPOSES) {
      if (purpose === "user_signing" && userId !== requester) continue;
      const key = visibleCrossSigningKey(server, user, purpose, requester);
      if (key !== undefined) found[purpose].push([userId, key]);
    }
  }
  return {
    device_keys: objectFrom(devices),
    master_keys: objectFrom(found.master),
    self_signing_keys: objectFrom(found.self_signing),
    user_signing_keys: objectFrom(found.user_signing),
    ...(server.profile.proposals === true && {
      event_signing_keys: objectFrom(found.event_signing),
      "org.matrix.msc2882.public_user_signing_keys": objectFrom(found.public_user_signing),
    }),
    failures: {},
  };
}

function devicesOf(user: User, deviceIds: readonly JsonValue[]): JsonObject {
  const shown: [string, JsonValue][] = [];
  for (const device of user.devices.values()) {
    if (device.keys === undefined || (deviceIds.length > 0 && !deviceIds.includes(device.deviceId))) continue;
    shown.push([device.deviceId, visibleDeviceKeys(user, device.keys, device.displayName)]);
  }
  return objectFrom(shown);
}

function claimKeys({ server, body }: AuthenticatedRequest): JsonObject {
  const claimed: [string, JsonValue][] = [];
  for (const [userId, devices] of Object.entries(objectAt(body, "one_time_keys") ?? {})) {
    if (!isObject(devices)) throw badJson("one_time_keys maps users to devices");
    const ofUser: [string, JsonValue][] = [];
    for (const [deviceId, algorithm] of Object.entries(devices)) {
      const device = server.users.get(userId)?.devices.get(deviceId);
      const key = device === undefined || typeof algorithm !== "string" ? undefined : takeKey(device, algorithm);
      if (key !== undefined) ofUser.push([deviceId, objectFrom([key])]);
    }
    if (ofUser.length > 0) claimed.push([userId, objectFrom(ofUser)]);
  }
  return { one_time_keys: objectFrom(claimed), failures: {} };
}

/** Gives a one-time key away for good, or else the fallback key. */
function takeKey(device: Device, algorithm: string): [string, JsonValue] | undefined {
  for (const [keyId, key] of device.oneTimeKeys) {
    if (algorithmOf(keyId) !== algorithm) continue;
    device.oneTimeKeys.delete(keyId);
    return [keyId, key];
  }
  const fallback = device.fallbackKeys.get(algorithm);
  if (fallback === undefined) return undefined;
  fallback.used = true;
  return [fallback.keyId, fallback.key];
}

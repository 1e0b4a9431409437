/** A user's devices, and messages from device to device. */
import { removeDevice } from "../accounts.js";
import { notFound } from "../errors.js";
import { isObject, type JsonObject, objectAt, stringAt } from "../json.js";
import type { AuthenticatedRequest, Router } from "../router.js";
import type { Device, User } from "../state.js";
import { requireAuth } from "../user-interactive-auth.js";
import { stringsAt } from "./account-data.js";

const DEVICES = "/_matrix/client/{v3|r0}/devices";

/** Adds the routes. */
export function addDeviceRoutes(router: Router): void {
  router.authenticated("GET", DEVICES, ({ session }) => ({
    devices: [...session.user.devices.values()].map(describe),
  }));
  router.authenticated("GET", `${DEVICES}/{}`, ({ session, params }) => describe(deviceOf(session.user, params[0])));
  router.authenticated("PUT", `${DEVICES}/{}`, ({ session, params, body }) => {
    const name = stringAt(body, "display_name");
    const device = deviceOf(session.user, params[0]);
    if (name !== undefined) device.displayName = name.slice(0, 100);
    return {};
  });
  router.authenticated("DELETE", `${DEVICES}/{}`, (request) => remove(request, [request.params[0] ?? ""]));
  router.authenticated("POST", "/_matrix/client/{v3|r0}/delete_devices", (request) =>
    remove(request, stringsAt(request.body, "devices")),
  );
  router.authenticated("PUT", "/_matrix/client/{v3|r0}/sendToDevice/{}/{}", sendToDevice);
}

function describe(device: Device): JsonObject {
  return { device_id: device.deviceId, display_name: device.displayName ?? null, last_seen_ts: device.lastSeen };
}

function deviceOf(user: User, deviceId = ""): Device {
  const device = user.devices.get(deviceId);
  if (device === undefined) throw notFound("Unknown device");
  return device;
}

function remove({ server, session, body }: AuthenticatedRequest, deviceIds: readonly string[]): JsonObject {
  requireAuth(server, body, { purpose: "delete_devices", stage: "m.login.password", user: session.user });
  for (const deviceId of deviceIds) removeDevice(server, session.user, deviceId);
  return {};
}

function sendToDevice({ server, session, params, body }: AuthenticatedRequest): JsonObject {
  const [type = "", transactionId = ""] = params;
  const key = JSON.stringify(["to-device", session.user.userId, session.device.deviceId, type, transactionId]);
  if (server.transactions.has(key)) return {};
  server.transactions.set(key, {});
  for (const [userId, devices] of Object.entries(objectAt(body, "messages") ?? {})) {
    if (!isObject(devices)) continue;
    for (const [deviceId, content] of Object.entries(devices)) {
      if (!isObject(content)) continue;
      for (const device of recipients(server.users.get(userId), deviceId)) {
        const position = server.stream.advance();
        device.inbox.push({ position, content: { type, sender: session.user.userId, content } });
      }
    }
  }
  return {};
}

function recipients(user: User | undefined, deviceId: string): Device[] {
  if (user === undefined) return [];
  return [...user.devices.values()].filter((device) => deviceId === "*" || device.deviceId === deviceId);
}

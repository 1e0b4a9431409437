/** Registration, login, logout, refresh tokens, whoami. */
import { addSession, addUser, openSession, passwordMatches, removeDevice } from "../accounts.js";
import { forbidden, invalidParam, MatrixError, missingParam } from "../errors.js";
import { type JsonObject, objectAt, own, stringAt } from "../json.js";
import type { Router } from "../router.js";
import type { ServerState, Session, User } from "../state.js";
import { requireAuth } from "../user-interactive-auth.js";

/** How long an access token lives that comes with a refresh token. */
const REFRESHABLE_LIFETIME_MS = 5 * 60 * 1000;

/** Adds the routes. */
export function addAuthRoutes(router: Router): void {
  router.open("GET", "/_matrix/client/{v3|r0}/register/available", ({ server, query }) => {
    const localpart = checkedLocalpart(query.get("username") ?? "");
    if (server.users.has(`@${localpart}:${server.serverName}`)) throw userInUse();
    return { available: true };
  });
  router.open("POST", "/_matrix/client/{v3|r0}/register", ({ server, query, body }) => {
    if ((query.get("kind") ?? "user") !== "user") throw forbidden("Guest access is disabled");
    return register(server, body);
  });
  router.open("GET", "/_matrix/client/{v3|r0}/login", () => ({ flows: [{ type: "m.login.password" }] }));
  router.open("POST", "/_matrix/client/{v3|r0}/login", ({ server, body }) => login(server, body));
  router.open("POST", "/_matrix/client/{v3|r0}/refresh", ({ server, body }) => refresh(server, body));
  router.authenticated("POST", "/_matrix/client/{v3|r0}/logout", ({ server, session }) => {
    removeDevice(server, session.user, session.device.deviceId);
    return {};
  });
  router.authenticated("POST", "/_matrix/client/{v3|r0}/logout/all", ({ server, session }) => {
    for (const deviceId of [...session.user.devices.keys()]) removeDevice(server, session.user, deviceId);
    return {};
  });
  router.authenticated("GET", "/_matrix/client/{v3|r0}/account/whoami", ({ session }) => ({
    user_id: session.user.userId,
    device_id: session.device.deviceId,
    is_guest: false,
  }));
}

function register(server: ServerState, body: JsonObject): JsonObject {
  const asked = own(body, "username");
  if (asked !== undefined && typeof asked !== "string") throw invalidParam("username must be a string");
  const localpart = checkedLocalpart(asked ?? `user${server.users.size + 1}`);
  if (server.users.has(`@${localpart}:${server.serverName}`)) throw userInUse();
  const password = stringAt(body, "password");
  if (password !== undefined) checkPassword(server, password);
  requireAuth(server, body, { purpose: `register ${localpart}`, stage: "m.login.dummy" });
  if (password === undefined) throw missingParam("password is missing");
  const user = addUser(server, localpart, password);
  if (own(body, "inhibit_login") === true) return { user_id: user.userId, home_server: server.serverName };
  return loginAnswer(server, startSession(server, user, body));
}

function checkPassword(server: ServerState, password: string): void {
  if (password.length < server.profile.minPasswordLength) {
    throw new MatrixError(400, "M_WEAK_PASSWORD", `A password needs ${server.profile.minPasswordLength} characters`);
  }
  if (password.length > 512) throw invalidParam("The password is too long");
}

function checkedLocalpart(name: string): string {
  const localpart = name.toLowerCase();
  if (!/^[a-z0-9._=/+-]{1,200}$/.test(localpart)) {
    throw new MatrixError(400, "M_INVALID_USERNAME", "User names are made of a-z, 0-9 and ._=-/+");
  }
  return localpart;
}

const userInUse = (): MatrixError => new MatrixError(400, "M_USER_IN_USE", "User ID already taken");

function login(server: ServerState, body: JsonObject): JsonObject {
  if (stringAt(body, "type") !== "m.login.password") {
    throw invalidParam("Unknown login type");
  }
  const name = stringAt(objectAt(body, "identifier"), "user") ?? stringAt(body, "user");
  const password = stringAt(body, "password");
  if (name === undefined || password === undefined) throw missingParam("user or password is missing");
  const user = server.users.get(name.startsWith("@") ? name : `@${name.toLowerCase()}:${server.serverName}`);
  if (user === undefined || !passwordMatches(user, password)) throw forbidden("Invalid username or password");
  return loginAnswer(server, startSession(server, user, body));
}

function startSession(server: ServerState, user: User, body: JsonObject): Session {
  const deviceId = stringAt(body, "device_id");
  if (deviceId !== undefined && (deviceId === "" || deviceId.length > 255)) throw invalidParam("Invalid device_id");
  return openSession(server, user, {
    deviceId,
    displayName: stringAt(body, "initial_device_display_name"),
    lifetimeMs: own(body, "refresh_token") === true ? REFRESHABLE_LIFETIME_MS : Number.POSITIVE_INFINITY,
  });
}

function loginAnswer(server: ServerState, session: Session): JsonObject {
  return {
    user_id: session.user.userId,
    device_id: session.device.deviceId,
    home_server: server.serverName,
    ...tokensOf(server, session),
  };
}

function tokensOf(server: ServerState, session: Session): JsonObject {
  const { accessToken, refreshToken } = session;
  if (refreshToken === undefined) return { access_token: accessToken };
  return { access_token: accessToken, refresh_token: refreshToken, expires_in_ms: session.expiresAt - server.now() };
}

function refresh(server: ServerState, body: JsonObject): JsonObject {
  const refreshToken = stringAt(body, "refresh_token");
  if (refreshToken === undefined) throw missingParam("refresh_token is missing");
  for (const session of server.sessions.values()) {
    if (session.refreshToken !== refreshToken) continue;
    server.sessions.delete(session.accessToken);
    return tokensOf(server, addSession(server, session.user, session.device, REFRESHABLE_LIFETIME_MS));
  }
  throw new MatrixError(401, "M_UNKNOWN_TOKEN", "Unknown refresh token", { soft_logout: false });
}

/** Users, their passwords, devices and access tokens. */
import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { MatrixError } from "./errors.js";
import { announceKeyChange, type Device, randomId, type ServerState, type Session, type User } from "./state.js";

/** A password that people type: cheap to check here, because the server forgets everything when it ends. */
const hashOf = (password: string, salt: Buffer): Buffer => scryptSync(password, salt, 32, { N: 1024 });

/** Whether this is the user's password. */
export function passwordMatches(user: User, password: string): boolean {
  return timingSafeEqual(user.passwordHash, hashOf(password, user.passwordSalt));
}

/** Adds a user whose name the caller has checked. */
export function addUser(server: ServerState, localpart: string, password: string): User {
  const passwordSalt = randomBytes(16);
  const user: User = {
    userId: `@${localpart}:${server.serverName}`,
    localpart,
    passwordSalt,
    passwordHash: hashOf(password, passwordSalt),
    profile: new Map([["displayname", localpart]]),
    devices: new Map(),
    crossSigning: new Map(),
    usedPublicKeys: new Set(),
    accountData: new Map(),
    roomAccountData: new Map(),
    filters: [],
  };
  server.users.set(user.userId, user);
  return user;
}

export interface SessionOptions {
  deviceId: string | undefined;
  displayName: string | undefined;
  /** Milliseconds, or Infinity. */
  lifetimeMs: number;
}

/** Logs a user in, on a new device or again on one that exists. */
export function openSession(server: ServerState, user: User, options: SessionOptions): Session {
  const deviceId = options.deviceId ?? randomId(8).replace(/[-_]/g, "A").toUpperCase().slice(0, 10);
  const device = user.devices.get(deviceId) ?? addDevice(user, deviceId, options.displayName);
  device.lastSeen = server.now();
  // One access token a device: logging in again ends the older session.
  for (const [token, session] of server.sessions) if (session.device === device) server.sessions.delete(token);
  return addSession(server, user, device, options.lifetimeMs);
}

/** Gives a device a new access token; with a refresh token where the access token ends. */
export function addSession(server: ServerState, user: User, device: Device, lifetimeMs: number): Session {
  const session: Session = {
    accessToken: `syt_${randomId(24)}`,
    refreshToken: lifetimeMs === Number.POSITIVE_INFINITY ? undefined : `syr_${randomId(24)}`,
    user,
    device,
    expiresAt: server.now() + lifetimeMs,
  };
  server.sessions.set(session.accessToken, session);
  return session;
}

function addDevice(user: User, deviceId: string, displayName: string | undefined): Device {
  const device: Device = {
    deviceId,
    displayName,
    keys: undefined,
    oneTimeKeys: new Map(),
    fallbackKeys: new Map(),
    inbox: [],
    lastSeen: 0,
  };
  user.devices.set(deviceId, device);
  return device;
}

/** Removes a device with its keys and tokens, and tells everybody. */
export function removeDevice(server: ServerState, user: User, deviceId: string): void {
  const device = user.devices.get(deviceId);
  if (device === undefined) return;
  user.devices.delete(deviceId);
  for (const [token, session] of server.sessions) if (session.device === device) server.sessions.delete(token);
  announceKeyChange(server, user.userId);
}

/** The session of an access token; throws M_MISSING_TOKEN or M_UNKNOWN_TOKEN. */
export function sessionOf(server: ServerState, accessToken: string | undefined): Session {
  if (accessToken === undefined) throw new MatrixError(401, "M_MISSING_TOKEN", "Missing access token");
  const session = server.sessions.get(accessToken);
  if (session === undefined)
    throw new MatrixError(401, "M_UNKNOWN_TOKEN", "Unknown access token", { soft_logout: false });
  if (session.expiresAt <= server.now()) {
    throw new MatrixError(401, "M_UNKNOWN_TOKEN", "Access token has expired", { soft_logout: true });
  }
  return session;
}

/** Ends the access tokens of one user, or of all, as if their time were over. */
export function expireAccessTokens(server: ServerState, userId?: string): void {
  for (const session of server.sessions.values()) {
    if (userId === undefined || session.user.userId === userId) session.expiresAt = 0;
  }
}

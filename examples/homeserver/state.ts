/**
 * What the server remembers. All of it survives `restart()` except `caches` and what waits for an answer.
 */
import { randomBytes } from "node:crypto";
import type { JsonObject, JsonValue } from "./json.js";
import type { ServerProfile } from "./profile-rules.js";
import type { RoomVersion } from "./room-versions.js";
import { createServerKeys, type ServerKeys } from "./server-keys.js";
import { createStream, type Stream } from "./stream.js";

/** Which of a user's cross-signing keys; the fourth is MSC2757's, the fifth MSC2882's. */
export type KeyPurpose = "master" | "self_signing" | "user_signing" | "event_signing" | "public_user_signing";

/** A public key as it was uploaded, and the signatures that came later. */
export interface StoredKey {
  /** The object as uploaded, with the signatures that it carried then. */
  body: JsonObject;
  /** Later signatures: signer's user ID → key ID → value. */
  added: Map<string, Map<string, JsonValue>>;
}

/** Content together with the position at which it was last written. */
export interface Stamped {
  content: JsonObject;
  position: number;
}

export interface FallbackKey {
  keyId: string;
  key: JsonValue;
  used: boolean;
}

export interface Device {
  readonly deviceId: string;
  displayName: string | undefined;
  keys: StoredKey | undefined;
  readonly oneTimeKeys: Map<string, JsonValue>;
  /** By algorithm. */
  readonly fallbackKeys: Map<string, FallbackKey>;
  inbox: Stamped[];
  lastSeen: number;
}

export interface User {
  readonly userId: string;
  readonly localpart: string;
  readonly passwordSalt: Buffer;
  passwordHash: Buffer;
  readonly profile: Map<string, JsonValue>;
  readonly devices: Map<string, Device>;
  readonly crossSigning: Map<KeyPurpose, StoredKey>;
  /** Every public key that was ever a cross-signing key of this user. */
  readonly usedPublicKeys: Set<string>;
  readonly accountData: Map<string, Stamped>;
  /** By room ID, then type. */
  readonly roomAccountData: Map<string, Map<string, Stamped>>;
  readonly filters: JsonObject[];
}

export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly user: User;
  readonly device: Device;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface RoomEvent {
  readonly eventId: string;
  readonly type: string;
  readonly sender: string;
  readonly stateKey: string | undefined;
  content: JsonObject;
  readonly sentAt: number;
  readonly position: number;
  /** The state event that this one replaced. */
  readonly replaced: RoomEvent | undefined;
  /** Who sent it from where, so that only that device sees its transaction ID. */
  readonly transaction: { readonly deviceId: string; readonly id: string } | undefined;
  readonly redacts: string | undefined;
  redactedBy: RoomEvent | undefined;
}

export interface Room {
  readonly roomId: string;
  readonly version: RoomVersion;
  readonly events: RoomEvent[];
  /** By `stateSlot(type, stateKey)`. */
  readonly state: Map<string, RoomEvent>;
  typing: { position: number; userIds: string[] };
  readonly receipts: Map<string, { position: number; eventId: string; type: string; sentAt: number }>;
}

/** Somebody's keys changed; `audience` alone is told, or everybody who shares a room if undefined. */
export interface KeyChange {
  readonly position: number;
  readonly userId: string;
  readonly audience: string | undefined;
}

export interface UiaSession {
  readonly id: string;
  readonly purpose: string;
  readonly completed: Set<string>;
}

export interface ServerState {
  readonly serverName: string;
  readonly profile: ServerProfile;
  readonly uiaOnFirstUpload: boolean;
  readonly profilesNeedToken: boolean;
  readonly now: () => number;
  readonly serverKeys: ServerKeys;
  readonly stream: Stream;
  readonly users: Map<string, User>;
  readonly sessions: Map<string, Session>;
  readonly rooms: Map<string, Room>;
  readonly aliases: Map<string, string>;
  readonly keyChanges: KeyChange[];
  readonly uiaSessions: Map<string, UiaSession>;
  /** Answers already given, by device and transaction ID. */
  readonly transactions: Map<string, JsonObject>;
  /** What a restart loses. */
  readonly caches: { readonly crossSigning: Map<string, Map<KeyPurpose, JsonObject>> };
}

export interface StateOptions {
  serverName: string;
  profile: ServerProfile;
  uiaOnFirstUpload: boolean;
  profilesNeedToken: boolean;
  now: () => number;
}

/** A server on which nobody has registered yet. */
export function createState(options: StateOptions): ServerState {
  return {
    ...options,
    serverKeys: createServerKeys(options.serverName, options.now),
    stream: createStream(),
    users: new Map(),
    sessions: new Map(),
    rooms: new Map(),
    aliases: new Map(),
    keyChanges: [],
    uiaSessions: new Map(),
    transactions: new Map(),
    caches: { crossSigning: new Map() },
  };
}

/** An unguessable identifier of letters, digits, `-` and `_`. */
export const randomId = (bytes = 18): string => randomBytes(bytes).toString("base64url");

/** Where a state event stands in `Room.state`. */
export const stateSlot = (type: string, stateKey: string): string => JSON.stringify([type, stateKey]);

/** Tells those who must know that somebody's keys changed. */
export function announceKeyChange(server: ServerState, userId: string, audience?: string): void {
  server.keyChanges.push({ position: server.stream.advance(), userId, audience });
}

/**
 * How a change was noticed.
 *
 * - `trust-status`: the client's crypto stack looked at the user's keys anew
 * - `own-keys`: the own cross-signing keys changed
 * - `device-lists`: `/sync` named the user
 * - `room-state`: the user wrote a manifest into a room chosen for it
 * - `membership`: the user came to such a room or left it
 * - `poll`: what is served differs from what was served before
 */
export type ChangeSource = "trust-status" | "own-keys" | "device-lists" | "room-state" | "membership" | "poll";

/** Something about a user may have changed, keys or manifest. */
export interface UserChange {
  readonly kind: "user";
  readonly userId: string;
  readonly source: ChangeSource;
}

/** A room chosen for manifests was replaced: what members wrote stays behind until they write it into the new one. */
export interface RoomUpgrade {
  readonly kind: "room-upgraded";
  readonly roomId: string;
  /** The room that replaces it, as its tombstone says. Who wrote that is not checked beyond what the server did. */
  readonly replacement: string;
}

/** What watching finds out. */
export type WatchEvent = UserChange | RoomUpgrade;

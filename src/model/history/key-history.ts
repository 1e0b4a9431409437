import type { SignatureTrace } from "./history-entry.js";

/** One master key of a user, as the log tells of it. */
export interface KnownKey {
  /** Unpadded base64. */
  readonly masterKey: string;
  /** Milliseconds since 1970. */
  readonly firstSeenAt: number;
  /**
   * - `pinned`: the one that counts
   * - `contending`: served in place of the pin, and nothing says that it is right
   * - `superseded`: another took its place, or was seen after it and became the pin; never comes back by a signature
   */
  readonly state: "pinned" | "contending" | "superseded";
  /** Whether it was served again after it was superseded. */
  readonly isRolledBack: boolean;
}

/** What the log tells of one user. */
export interface UserHistory {
  readonly userId: string;
  /** In the order in which they were first seen; none `pinned` only where the log is damaged. */
  readonly keys: readonly KnownKey[];
}

/** That a master key was served, or decided about. */
export interface KeySighting {
  readonly userId: string;
  /** Unpadded base64. */
  readonly masterKey: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What hangs on the key: see `traceSignatures`. */
  readonly signatures: readonly SignatureTrace[];
  /**
   * When the newest signature that convinces was made: by an anchor in scope, on this very key, everything else in order; see
   * `signedAt`. Absent where none convinces or none has a time.
   */
  readonly attestedAt?: number;
  /** When the user said that this key is right, whoever signed it; milliseconds since 1970. */
  readonly acceptedAt?: number;
}

/** Remembers every master key in an append-only, hash-chained log: one chain for all users. Keyed by user ID alone. */
export interface KeyHistory {
  /**
   * What is known of these users, by user; absent are those who were never seen. Meant for many at once.
   *
   * @throws CountersignError `ERR_CLOSED`: an empty answer would make every key a first one
   */
  getPins(userIds: readonly string[]): Promise<Map<string, UserHistory>>;
  /**
   * Appends what the sightings tell that is not known yet, all or none, each decided upon what the log holds by then: of the same
   * key again nothing is written. A sighting that is out of bounds is left out.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  recordKeys(sightings: readonly KeySighting[]): Promise<void>;
  /**
   * The whole log, as `verifyHistory` and `compareHistories` read it: one entry a line, in canonical JSON.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  exportHistory(): Promise<string>;
}

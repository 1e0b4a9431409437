import type { CountersignError } from "../../errors.js";
import type { RouteName } from "../../model/identity.js";
import type { LintFinding } from "../../model/lint/finding.js";
import type { Withdrawal } from "../../model/manifest/manifest.js";

/**
 * Why a copy of the manifest could not be written.
 *
 * - `left`, `banned`: you are not in the room any more; what stands there stays, and of owners who are not joined only
 *   withdrawals count
 * - `power-level`: the room does not let you write the state event
 * - `no-profile-fields`: the server lacks them
 * - `rule`: another signature in the manifest may not become public there; see `findings`, and `force`
 * - `too-large`: the manifest does not fit any more
 * - `passing`: a fault that may pass; the outbox tries again
 * - `refused`: anything else; see `error`
 */
export type WithdrawObstacle =
  | "left"
  | "banned"
  | "power-level"
  | "no-profile-fields"
  | "rule"
  | "too-large"
  | "passing"
  | "refused";

/** What became of one copy of the manifest. */
export interface WithdrawnPlace {
  readonly route: Extract<RouteName, "profile-field" | "room-state">;
  readonly roomId?: string;
  /** Whether the manifest there takes the signature back, proven by a read-back. */
  readonly done: boolean;
  readonly obstacle?: WithdrawObstacle;
  readonly findings?: readonly LintFinding[];
  readonly error?: CountersignError;
}

/** What became of a withdrawal. */
export interface WithdrawReceipt {
  readonly userId: string;
  readonly keyId: string;
  /** Whether at least one copy of the manifest takes the signature back now, for every reader who sees that copy. */
  readonly withdrawn: boolean;
  /** Whether every copy does that there is to write. */
  readonly complete: boolean;
  /**
   * Why the server did not list the rooms that hold a copy; then only those that the instance or the call named were looked at.
   * Tried again where that may help.
   */
  readonly searchError?: CountersignError;
  /** What the manifest lists as taken back: keys, and values of theirs. Empty where nothing could verify the signature. */
  readonly listed: readonly Withdrawal[];
  /** Key IDs under which copies of the same signature were found and removed too. */
  readonly relabelled: readonly string[];
  readonly places: readonly WithdrawnPlace[];
  /** Present where the signature hangs on the master key itself, which no server lets anybody delete. */
  readonly staysOnKey?: {
    /** The server that goes on serving it, by its name and, where known, what it runs. */
    readonly server: string;
    /** The same as an English sentence. */
    readonly text: string;
  };
}

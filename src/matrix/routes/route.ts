import type { JsonObject } from "../../encoding/json-object.js";
import type { CountersignError } from "../../errors.js";
import type { RouteName } from "../../model/identity.js";
import type { LintFinding } from "../../model/lint/finding.js";
import type { SignableObject } from "../../model/signable.js";
import type { MatrixHttp } from "../http.js";

/**
 * Who sees what a route stored.
 *
 * - `everyone`: whoever asks, on every server that can ask
 * - `room`: the members of the room, on every server
 * - `own-server`: the users of the owner's server
 * - `uploader`: the owner; others perhaps, and not for certain
 * - `unknown`: the owner; of others nothing is known
 * - `nobody`: it is not stored
 */
export type Visibility = "everyone" | "room" | "own-server" | "uploader" | "unknown" | "nobody";

/**
 * What stands behind a receipt's `visibleTo`.
 *
 * - `observed`: a second account saw it, from where the claim reaches
 * - `inferred`: concluded from the server's name and version, or from what the specification promises
 * - `read-back`: the owner's own reading, which proves nothing about others
 */
export type Proof = "observed" | "inferred" | "read-back";

/**
 * What becomes of a signature that its owner wants back.
 *
 * - `removable`: it can be deleted where it stands; who copied it has it
 * - `history`: it can be replaced, the older version stays in the room's history
 * - `never`: no server has a way to delete it; readers of the owner's manifest can be told that it was withdrawn
 * - `unknown`: it stands wherever others put it
 */
export type Recall = "removable" | "history" | "never" | "unknown";

/**
 * Something to know about a receipt.
 *
 * - `needs-profile-fields`: readers on servers without profile fields need a room or `direct`
 * - `shown-by-accident`: the server shows it to others until it restarts; that is not counted
 * - `not-seen-by-observer`: the second account did not see it
 * - `already-there`: nothing had to be sent
 * - `unapproved`: the self-signing key could not be had, so a server could change the manifest unnoticed
 */
export type ReceiptRemark =
  | "needs-profile-fields"
  | "shown-by-accident"
  | "not-seen-by-observer"
  | "already-there"
  | "unapproved";

/** What a route did with a signature. */
export interface RouteOutcome {
  /** Whether the server took the request without an objection. */
  readonly accepted: boolean;
  /** Whether the signature was there when it was read back. */
  readonly stored: boolean;
  readonly remarks?: readonly ReceiptRemark[];
  /** Why it is not stored. */
  readonly error?: CountersignError;
  /** For `ERR_PUBLISH_UNSAFE` and `ERR_SIGNATURE_SIZE`: the rules that refused it; each can be overridden by name. */
  readonly findings?: readonly LintFinding[];
}

/** What became of a signature on one route, in one room where the route has several. */
export interface RouteReceipt extends RouteOutcome {
  readonly route: RouteName;
  readonly roomId?: string;
  readonly visibleTo: Visibility;
  readonly proof: Proof;
  readonly recall: Recall;
  readonly remarks: readonly ReceiptRemark[];
  /** For `bundle`: the text to save or to serve. */
  readonly bundle?: string;
}

/** A master key as it was served, with whose it is. */
export interface ServedMasterKey {
  readonly signable: SignableObject;
  /** The object with the `signatures` that the server gave it. */
  readonly object: JsonObject;
}

/** What routes work with. */
export interface RouteContext {
  readonly http: MatrixHttp;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

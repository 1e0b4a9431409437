import type { JsonObject } from "../encoding/json-object.js";
import type { ExternalSignature } from "./external-signature.js";
import type { Withdrawal } from "./manifest/manifest.js";
import type { PublicSignature } from "./public-signature.js";
import type { SignableObject } from "./signable.js";

/** A publishing route by name. */
export type RouteName = "signatures-upload" | "bootstrap" | "profile-field" | "room-state" | "bundle";

/**
 * Where a signature was found: on the master key itself, or in a copy of the owner's manifest (in their profile, in the state
 * of a room chosen for it, in a bundle that the caller imported).
 */
export type Place = "master-key" | "profile-field" | "room-state" | "bundle";

/** An external signature together with the places that serve it. */
export interface SeenSignature extends ExternalSignature {
  readonly seenIn: readonly Place[];
  /** The rooms in whose state it stands. */
  readonly rooms?: readonly string[];
  /** The manifests that hold it, as {@link IdentityWithdrawal} names them. */
  readonly heldBy?: readonly string[];
}

/** A withdrawal, with the manifest that it stands in: one of a whole key spares what that manifest itself holds. */
export interface IdentityWithdrawal extends Withdrawal {
  /** Names one manifest within one identity; opaque. */
  readonly manifest: string;
}

/**
 * What is out of the ordinary about an identity as it was fetched.
 *
 * - `no-master-key`: the server knows none; the user has not set up cross-signing, or does not exist
 * - `malformed-user-id`: what was asked for is no user ID, so nobody was asked
 * - `malformed-master-key`: what is served as master key is none of this user's
 * - `server-unreachable`: the user's own server did not answer the reader's server
 * - `too-many-signatures`: only the first 1,024 are listed
 * - `manifest-malformed`: a manifest is there and is not this user's, not for this master key, too large, damaged or none
 * - `manifest-unavailable`: asking for the manifest failed; signatures may be missing
 * - `manifest-unapproved`: a manifest carries an approval that does not hold: something was changed, or the key is not the owner's
 * - `manifest-ahead`: a manifest whose sequence lies more than a day ahead; it is ignored
 * - `manifest-rolled-back`: what is served is older than what this reader has seen, or gone
 * - `manifest-outdated-copy`: one place serves an older copy than another
 * - `manifest-conflict`: two approved manifests of the same sequence differ: two devices wrote at once, or one was kept back
 * - `manifest-dropped`: an unapproved copy lacks what the approved manifest of its sequence holds
 * - `manifest-added`: an unapproved copy holds what the approved manifest of its sequence lacks
 * - `offline`: nobody was asked; master key, signatures and withdrawals may be missing
 * - `room-unavailable`: a room chosen for manifests could not be read; signatures and withdrawals may be missing
 */
export type IdentityProblem =
  | "no-master-key"
  | "malformed-user-id"
  | "malformed-master-key"
  | "server-unreachable"
  | "too-many-signatures"
  | "manifest-malformed"
  | "manifest-unavailable"
  | "manifest-unapproved"
  | "manifest-ahead"
  | "manifest-rolled-back"
  | "manifest-outdated-copy"
  | "manifest-conflict"
  | "manifest-dropped"
  | "manifest-added"
  | "offline"
  | "room-unavailable";

/** A user's master key with all external signatures on it that could be found, none of them verified yet. */
export interface SignedIdentity {
  readonly userId: string;
  /** The master key: shape and owner are checked, nothing else. Absent where there is none. */
  readonly masterKey?: SignableObject;
  readonly signatures: readonly SeenSignature[];
  /** What the owner takes back. */
  readonly withdrawn: readonly IdentityWithdrawal[];
  /** Of a user whose vouching is considered: what is served as their `public-user` keys (MSC2882), unverified. */
  readonly publicUserKeys?: readonly JsonObject[];
  /** What users whose vouching is considered signed in Matrix's own form, unverified. */
  readonly publicSignatures?: readonly PublicSignature[];
  readonly problems: readonly IdentityProblem[];
  /** When it was fetched, milliseconds since 1970. */
  readonly fetchedAt: number;
}

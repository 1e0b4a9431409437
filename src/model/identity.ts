import type { ExternalSignature } from "./external-signature.js";
import type { Withdrawal } from "./manifest.js";
import type { SignableObject } from "./signable.js";

/** A publishing route by name. */
export type RouteName = "signatures-upload" | "profile-field";

/** An external signature together with the routes that serve it. */
export interface SeenSignature extends ExternalSignature {
  readonly seenIn: readonly RouteName[];
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
 */
export type IdentityProblem =
  | "no-master-key"
  | "malformed-user-id"
  | "malformed-master-key"
  | "server-unreachable"
  | "too-many-signatures"
  | "manifest-malformed"
  | "manifest-unavailable";

/** A user's master key with all external signatures on it that could be found, none of them verified yet. */
export interface SignedIdentity {
  readonly userId: string;
  /** The master key: shape and owner are checked, nothing else. Absent where there is none. */
  readonly masterKey?: SignableObject;
  readonly signatures: readonly SeenSignature[];
  /** What the owner takes back. */
  readonly withdrawn: readonly Withdrawal[];
  readonly problems: readonly IdentityProblem[];
  /** When it was fetched, milliseconds since 1970. */
  readonly fetchedAt: number;
}

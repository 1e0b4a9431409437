import type { SignatureAlgorithm } from "../algorithms/algorithm.js";
import type { JsonObject } from "../encoding/json-object.js";
import type { MatrixClientLike } from "../matrix/client-like.js";
import type { HttpOptions } from "../matrix/http.js";
import type { Authenticate } from "../matrix/routes/bootstrap.js";
import type { RouteName } from "../model/identity.js";
import type { LintRule } from "../model/lint/finding.js";
import type { TrustAnchor } from "../model/trust-anchor.js";
import type { TrustDecision, TrustPolicy } from "../model/trust-policy.js";
import type { SignatureStore } from "../store/signature-store.js";
import type { VouchingUserOption } from "./vouching-user-options.js";

/** How an instance is set up. */
export interface CountersignOptions {
  /** The kinds of signature to verify and make; any other is kept and reported `unsupported`. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** Whose signature convinces, and for whom. None means: nobody is trusted. */
  readonly anchors?: readonly TrustAnchor[];
  /** What is asked for beyond one full signature. */
  readonly policy?: TrustPolicy;
  /** What the user decided about single keys. */
  readonly decisions?: readonly TrustDecision[];
  /**
   * Users whose vouching for others is considered (MSC2882), at most 100: it counts under anchors of depth 1 or more with
   * `speaksFor: "scope"` whose own key signed the user's master key, and whose scope holds them for `identity` and `introduce`. Default:
   * nobody's.
   */
  readonly vouchingUsers?: readonly VouchingUserOption[];
  /** IDs of rooms and spaces chosen for manifests: read with every fetch, written with every publishing. */
  readonly rooms?: readonly string[];
  /**
   * Whether owners' servers may be asked for profile fields themselves, without a token, where the own server has none: they
   * learn the reader's address. A list names hosts that are asked although they are not public ones, for anchors' lists of revocations
   * too. Default `false`.
   */
  readonly direct?: boolean | readonly string[];
  /**
   * Whether signatures that could not be published are tried again by themselves, by this instance and by the next one on the
   * same store. `manual`: only by {@link Countersign.resume}. Default `automatic`.
   */
  readonly outbox?: "automatic" | "manual";
  /**
   * Makes no call at all: not to the homeserver, nor to key servers, nor for revocation. Users are assessed from `keys` of
   * {@link FetchOptions}, imported bundles and what is remembered; what is published waits in the outbox, for an instance that is
   * not offline. Calls that need an answer throw HttpError `ERR_HTTP_OFFLINE`. Default `false`.
   */
  readonly offline?: boolean;
  /** Where verdicts, seen manifests and the outbox are remembered; stays the caller's to close. Default: IndexedDB in browsers, memory elsewhere. */
  readonly store?: SignatureStore;
  /** The clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** How requests to the homeserver are made. */
  readonly http?: HttpOptions;
}

/** What every call takes that may ask the homeserver. */
export interface CallOptions {
  /** Ends the call with `ERR_ABORTED`. */
  readonly signal?: AbortSignal;
}

/** How a signature is taken back. */
export interface WithdrawOptions extends CallOptions {
  /** IDs of rooms and spaces that hold a copy of the manifest, beside those that the server lists and those of the instance. */
  readonly rooms?: readonly string[];
  /**
   * Rules of `lint` to override, by name: the manifest that takes one signature back holds the others too, and one of them may not
   * have been public where it is written.
   */
  readonly force?: readonly LintRule[];
}

/** How a manifest is brought to another room. */
export interface CarryOverOptions extends CallOptions {
  /** Rules of `lint` to override, by name: who reads the new room may be others. */
  readonly force?: readonly LintRule[];
}

/** How a signature is published. */
export interface PublishOptions extends CallOptions {
  /** IDs of rooms and spaces to write the manifest to, beside those of the instance. */
  readonly rooms?: readonly string[];
  /**
   * `auto` (the default) climbs from route to route until everybody sees the signature, leaves out what the server is known not to
   * take, and writes every room, named here or with the instance. A list: exactly these routes, in their usual order; with
   * `room-state`, the rooms named here, else those of the instance. Copies that stand elsewhere already are kept up.
   */
  readonly routes?: "auto" | readonly RouteName[];
  /** Rules to override, by name: see `lint`. */
  readonly force?: readonly LintRule[];
  /** A second account that looks whether it sees the signature; best on another server. */
  readonly observer?: MatrixClientLike;
  /** Passes the server's user-interactive authentication, for the route `bootstrap` on a key that exists already. */
  readonly authenticate?: Authenticate;
}

/** How identities are fetched. */
export interface FetchOptions extends CallOptions {
  /**
   * Whether to ask for profile fields that are remembered from the last ten minutes, and of users whose manifest a room holds.
   * Default `false`.
   */
  readonly fresh?: boolean;
  /**
   * An answer to `/keys/query`, as the server gave it, in place of asking: it is as old as it is. The only master keys that an
   * instance has which is offline.
   */
  readonly keys?: JsonObject;
}

/** How users are assessed. */
export interface AssessOptions extends FetchOptions {
  /** Called after each batch of users. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

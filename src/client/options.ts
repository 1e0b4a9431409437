import type { SignatureAlgorithm } from "../algorithms/algorithm.js";
import { CountersignError } from "../errors.js";
import type { HttpOptions } from "../matrix/http.js";
import type { PublishingRoute } from "../matrix/routes/route.js";
import { publishingRoutes } from "../matrix/routes/routes.js";
import type { RouteName } from "../model/identity.js";
import type { SignatureStore } from "../store/signature-store.js";
import type { TrustAnchor } from "../trust/anchor.js";

/** How an instance is set up. */
export interface CountersignOptions {
  /** The kinds of signature to verify and make; any other is kept and reported `unsupported`. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** Whose signature convinces, and for whom. None means: nobody is trusted. */
  readonly anchors?: readonly TrustAnchor[];
  /** Where verdicts are remembered; stays the caller's to close. Default: IndexedDB in browsers, memory elsewhere. */
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

/** How a signature is published. */
export interface PublishOptions extends CallOptions {
  /** Default: every route. */
  readonly routes?: readonly RouteName[];
}

/** How users are assessed. */
export interface AssessOptions extends CallOptions {
  /** Called after each batch of users. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * The routes of these names, in their usual order.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for none, or a name that no route has
 */
export function selectRoutes(names?: readonly RouteName[]): readonly PublishingRoute[] {
  if (names === undefined) return publishingRoutes;
  const selected = publishingRoutes.filter(({ name }) => names.includes(name));
  if (selected.length > 0 && selected.length === new Set(names).size) return selected;
  throw new CountersignError("ERR_OPTION_INVALID", "expected the names of publishing routes");
}

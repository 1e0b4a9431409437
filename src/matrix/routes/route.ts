import type { JsonObject } from "../../encoding/json-object.js";
import type { CountersignError } from "../../errors.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { IdentityProblem, RouteName } from "../../model/identity.js";
import type { Withdrawal } from "../../model/manifest.js";
import type { SignableObject } from "../../model/signable.js";
import type { MatrixHttp } from "../http.js";

/** Who can see what a route stored, as far as it is known. */
export type Visibility = "everyone" | "uploader" | "nobody";

/** What became of a signature on one route. */
export interface RouteReceipt {
  readonly route: RouteName;
  /** Whether the server took the request without an objection. */
  readonly accepted: boolean;
  /** Whether the signature was there when it was read back. */
  readonly stored: boolean;
  /** Who sees it: `uploader` where the own read-back is all that is proven. */
  readonly visibleTo: Visibility;
  /** Why it is not stored. */
  readonly error?: CountersignError;
}

/** A master key as it was served, with whose it is. */
export interface ServedMasterKey {
  readonly signable: SignableObject;
  /** The object with the `signatures` that the server gave it. */
  readonly object: JsonObject;
}

/** What a route has for one user. */
export interface RouteReading {
  readonly signatures: readonly ExternalSignature[];
  readonly withdrawn?: readonly Withdrawal[];
  readonly problem?: IdentityProblem;
}

/** What routes work with. */
export interface RouteContext {
  readonly http: MatrixHttp;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Servers that did not answer in this call: nobody waits for them twice. Routes add to it. */
  readonly unreachableServers: Set<string>;
  readonly signal?: AbortSignal;
}

/** One way from an owner to those who verify: all routes are alike, and more of them are more files like these. */
export interface PublishingRoute {
  readonly name: RouteName;
  /**
   * Whether the route can carry this signature at all.
   *
   * @returns the reason why not
   */
  refuses(signature: ExternalSignature): CountersignError | undefined;
  /** Stores one own signature on the own master key and reads it back. A server's refusal is a receipt, never a throw. */
  publish(signature: ExternalSignature, masterKey: ServedMasterKey, context: RouteContext): Promise<RouteReceipt>;
  /** The signatures that the route has for a master key. Failures that are ordinary are a `problem`, never a throw. */
  read(masterKey: ServedMasterKey, context: RouteContext): Promise<RouteReading>;
}

import { type AlgorithmRegistry, createRegistry } from "../algorithms/registry.js";
import { CountersignError } from "../errors.js";
import type { MatrixClientLike } from "../matrix/client-like.js";
import { createHttp, type MatrixHttp } from "../matrix/http.js";
import { ownUserId } from "../matrix/own-user-id.js";
import type { RouteContext } from "../matrix/routes/route.js";
import type { SignatureStore } from "../store/signature-store.js";
import { readAnchors, type TrustAnchor } from "../trust/anchor.js";
import { readClock } from "./clock.js";
import type { CountersignOptions } from "./options.js";
import { createPublishLock, type PublishLock } from "./publish-lock.js";

/** Everything that the calls of one instance share. */
export interface Session {
  readonly client: MatrixClientLike;
  readonly registry: AlgorithmRegistry;
  readonly anchors: readonly TrustAnchor[];
  readonly store: SignatureStore;
  readonly http: MatrixHttp;
  /** IDs of own signatures that `accept` verified: publishing them asks for no key that came with them alone. */
  readonly accepted: Set<string>;
  /** One publishing at a time. */
  readonly publishLock: PublishLock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborted when the instance is closed. */
  readonly closing: AbortController;
}

/** A misspelt option would be missed by nobody, and without `anchors` nobody would be trusted. */
const knownOptions: ReadonlySet<string> = new Set(["algorithms", "anchors", "store", "now", "http"]);

/**
 * Checks the options and sets up what they ask for. Makes no request.
 *
 * @throws CountersignError `ERR_OPTION_INVALID`, `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`, `ERR_ANCHOR_INVALID`
 */
export function openSession(client: MatrixClientLike, options: CountersignOptions, store: SignatureStore): Session {
  if (!Object.keys(options).every((name) => knownOptions.has(name))) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected the documented options alone");
  }
  const closing = new AbortController();
  return {
    client,
    registry: createRegistry(options.algorithms ?? []),
    anchors: readAnchors(options.anchors ?? []),
    store,
    accepted: new Set(),
    publishLock: createPublishLock(ownUserId(client)),
    http: createHttp(client, options.http ?? {}, closing.signal),
    now: () => readClock(options.now ?? Date.now),
    closing,
  };
}

/**
 * What the routes of one call work with: the caller's abort and the end of the instance are one.
 *
 * @throws CountersignError `ERR_CLOSED`
 */
export function callContext(session: Session, signal?: AbortSignal): RouteContext & { readonly signal: AbortSignal } {
  const ended = session.closing.signal;
  if (ended.aborted) throw new CountersignError("ERR_CLOSED", "this instance was closed");
  return {
    http: session.http,
    now: session.now,
    unreachableServers: new Set(),
    signal: signal ? AbortSignal.any([ended, signal]) : ended,
  };
}

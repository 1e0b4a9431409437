import { type AlgorithmRegistry, createRegistry } from "../algorithms/registry.js";
import type { JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import type { MatrixClientLike } from "../matrix/client-like.js";
import { createHttp, type HttpOptions, type MatrixHttp } from "../matrix/http.js";
import { offlineHttp } from "../matrix/offline-http.js";
import { ownUserId } from "../matrix/own-user-id.js";
import type { RouteContext } from "../matrix/routes/route.js";
import type { Verdict } from "../model/report.js";
import { readRoomIds } from "../model/room-id.js";
import type { SignatureStore } from "../store/signature-store.js";
import { readClock } from "./clock.js";
import type { CountersignOptions } from "./options.js";
import { createPublishLock, type PublishLock } from "./publish-lock.js";
import type { KnownNetwork } from "./trusting/network.js";
import type { TrustInForce, TrustPlace } from "./trusting/trust-in-force.js";
import { readVouchingUserOptions } from "./vouching-user-options.js";

/** Everything that the calls of one instance share. */
export interface Session {
  readonly client: MatrixClientLike;
  readonly registry: AlgorithmRegistry;
  /** Whom the reader trusts now. */
  readonly inForce: TrustPlace;
  /** Users whose vouching is considered, with the keys that the caller handed in. */
  readonly vouchingUsers: ReadonlyMap<string, readonly JsonObject[]>;
  /** The last network of introductions: at most one. */
  readonly networks: KnownNetwork[];
  readonly store: SignatureStore;
  readonly http: MatrixHttp;
  /** What {@link Session.http} was made with, for a second client's requests. */
  readonly httpOptions: HttpOptions;
  /** Rooms and spaces chosen for manifests, and those that replaced them since. */
  readonly rooms: Set<string>;
  /** Whether owners' servers may be asked themselves, or which of them that are not public. */
  readonly direct: boolean | readonly string[];
  /** Whether no request may be made. */
  readonly offline: boolean;
  /** Manifests from imported bundles, by user. */
  readonly bundles: Map<string, readonly JsonObject[]>;
  /** Verdicts on own signatures that `accept` verified, by ID: publishing them asks for no key that came with them alone. */
  readonly accepted: Map<string, Verdict>;
  /** One publishing at a time. */
  readonly publishLock: PublishLock;
  /** One change of the outbox at a time: held for no longer than that takes. */
  readonly outboxLock: PublishLock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborted when the instance is closed. */
  readonly closing: AbortController;
}

/** A misspelt option would be missed by nobody, and without `anchors` nobody would be trusted. */
const knownOptions: ReadonlySet<string> = new Set(
  "algorithms anchors policy decisions vouchingUsers rooms direct outbox offline store now http".split(" "),
);

/**
 * Checks the options and sets up what they ask for. Makes no request.
 *
 * @throws CountersignError `ERR_OPTION_INVALID`, `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`
 */
export function openSession(
  client: MatrixClientLike,
  options: CountersignOptions,
  store: SignatureStore,
  inForce: TrustInForce,
): Session {
  if (!Object.keys(options).every((name) => knownOptions.has(name))) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected the documented options alone");
  }
  const closing = new AbortController();
  const { rooms = [], direct = false, outbox = "automatic", offline = false } = options;
  const isHostList = Array.isArray(direct) && direct.every((host) => typeof host === "string");
  if (!(typeof direct === "boolean" || isHostList) || !["automatic", "manual"].includes(outbox)) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected the documented values for direct and outbox");
  }
  if (typeof offline !== "boolean")
    throw new CountersignError("ERR_OPTION_INVALID", "expected true or false for offline");
  const httpOptions = { ...options.http, ...(offline && { fetch: offlineHttp.fetch }) };
  return {
    client,
    rooms: new Set(readRoomIds(rooms)),
    direct,
    offline,
    bundles: new Map(),
    registry: createRegistry(options.algorithms ?? []),
    inForce: { current: inForce, asked: 0, answered: 0 },
    vouchingUsers: readVouchingUserOptions(options.vouchingUsers ?? []),
    networks: [],
    store,
    accepted: new Map(),
    publishLock: createPublishLock("publish", ownUserId(client)),
    outboxLock: createPublishLock("outbox", ownUserId(client)),
    httpOptions,
    http: offline ? offlineHttp : createHttp(client, httpOptions, closing.signal),
    now: () => readClock(options.now ?? Date.now),
    closing,
  };
}

/**
 * What the routes of one call work with: the caller's abort and the end of the instance are one.
 *
 * @throws CountersignError `ERR_CLOSED`
 */
export function callContext(session: Session, signal?: AbortSignal): RouteContext {
  const ended = session.closing.signal;
  if (ended.aborted) throw new CountersignError("ERR_CLOSED", "this instance was closed");
  return {
    http: session.http,
    now: session.now,
    signal: signal ? AbortSignal.any([ended, signal]) : ended,
  };
}

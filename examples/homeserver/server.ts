/**
 * A Matrix homeserver in memory, in one process, for the examples and the tests: matrix-js-sdk with its Rust crypto
 * works on it unmodified. It can behave like the homeservers that run today (profiles.ts).
 *
 * A fresh one is cheap (measured on one core of a small machine, Node 20): 0.3 ms to make it and to let it listen, 3 ms a
 * user, 2 ms their cross-signing keys, 0.6 ms a request over loopback. A test that needs hundreds takes hundreds; nothing
 * is gained by going round the socket, and a connection that is cut is really cut.
 *
 * Nothing for production: no federation, no media, no persistence, and whoever reaches it may register.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expireAccessTokens, sessionOf } from "./accounts.js";
import { addControlRoutes } from "./controls.js";
import { crashed, MatrixError, unrecognized } from "./errors.js";
import { answerFaultily, createFaults, type Fault, type RateLimit, type SeenRequest } from "./faults.js";
import { addAccountDataRoutes } from "./handlers/account-data.js";
import { addAuthRoutes } from "./handlers/auth.js";
import { addCapabilityRoutes } from "./handlers/capabilities.js";
import { addDeviceRoutes } from "./handlers/devices.js";
import { addKeyRoutes } from "./handlers/keys.js";
import { addProfileRoutes } from "./handlers/profile.js";
import { addRoomEventRoutes } from "./handlers/room-events.js";
import { addRoomRoutes } from "./handlers/rooms.js";
import { addServerKeyRoutes } from "./handlers/server-keys.js";
import { addSyncRoutes } from "./handlers/sync.js";
import { accessTokenOf, closeSignal, readJsonBody, sendJson, setCommonHeaders, type Target, targetOf } from "./http.js";
import type { JsonValue } from "./json.js";
import { type Listening, listen } from "./listen.js";
import { type ProfileName, profiles } from "./profiles.js";
import { createRouter, type Router } from "./router.js";
import type { ServerKeys } from "./server-keys.js";
import { createState, type Session } from "./state.js";

export type { Fault, RateLimit, SeenRequest } from "./faults.js";
export type { Listening } from "./listen.js";
export type { ProfileName } from "./profiles.js";

export interface HomeserverOptions {
  /** Which server to behave like; default `msc2961`. */
  profile?: ProfileName;
  /** The part of user IDs after the colon; default `localhost`. */
  serverName?: string;
  /** Ask for the password already when the first cross-signing keys are uploaded, as servers did before Matrix 1.11. */
  uiaOnFirstUpload?: boolean;
  /** Serve profiles to logged-in users alone, as an admin of Synapse can choose; default off. */
  profilesNeedToken?: boolean;
  /** Paths that this server has never heard of, such as `/_matrix/client/v3/keys/signatures/upload`. */
  unknownPaths?: readonly string[];
  /** Opens `/_countersign/…` (controls.ts) to whoever reaches the server; default off. */
  controls?: boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Homeserver {
  readonly profile: ProfileName;
  readonly serverName: string;
  /** What this server signs events and requests with. */
  readonly serverKeys: ServerKeys;
  /** Answers a request, or calls `next` if its path is none of a homeserver's. */
  handle(request: IncomingMessage, response: ServerResponse, next?: () => void): void;
  /** Listens on 127.0.0.1; port 0 takes a free one. */
  listen(port?: number): Promise<Listening>;
  /** What the end and start of the process do: data stays, caches go, long polls end. */
  restart(): void;
  failNext(fault: Fault): void;
  rateLimitNext(count: number, options?: RateLimit): void;
  clearFaults(): void;
  /** Tells of every request but preflights before anything becomes of it; the function returned ends that. */
  onRequest(listener: (request: SeenRequest) => void): () => void;
  /** Ends the access tokens of one user, or of everybody: 401 with `soft_logout`. */
  expireAccessTokens(userId?: string): void;
}

/** A homeserver on which nobody has registered yet. */
export function createHomeserver(options: HomeserverOptions = {}): Homeserver {
  const profile = profiles[options.profile ?? "msc2961"];
  const serverName = options.serverName ?? "localhost";
  const state = createState({
    serverName,
    profile,
    uiaOnFirstUpload: options.uiaOnFirstUpload ?? false,
    profilesNeedToken: options.profilesNeedToken ?? false,
    now: options.now ?? Date.now,
  });
  const faults = createFaults();
  const unknownPaths = new Set(options.unknownPaths ?? []);
  const restart = (): void => {
    state.caches.crossSigning.clear();
    polls.abort();
    polls = new AbortController();
  };
  let polls = new AbortController();
  const router = createRoutes();
  if (options.controls === true) addControlRoutes(router, faults, restart);

  const carryOut = async (request: IncomingMessage, closed: AbortSignal, target: Target): Promise<Outcome> => {
    const { path, query } = target;
    const signal = AbortSignal.any([polls.signal, closed]);
    try {
      const method = request.method ?? "GET";
      if (unknownPaths.has(path)) throw unrecognized();
      const body = method === "GET" ? {} : await readJsonBody(request);
      const authenticate = (): Session => sessionOf(state, accessTokenOf(request, query));
      return {
        status: 200,
        body: await router.run(method, path, { server: state, query, body, signal, authenticate }),
      };
    } catch (error) {
      const known = error instanceof MatrixError ? error : crashed();
      return { status: known.status, body: known.toJson() };
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> => {
    const isControl = target.path.startsWith("/_countersign/");
    const fault = isControl ? undefined : faults.next({ method: request.method ?? "GET", path: target.path });
    const closed = closeSignal(response);
    if (fault !== undefined && fault.delayMs === undefined) {
      if (fault.after === true) await carryOut(request, closed, target);
      return answerFaultily(fault, request, response);
    }
    const { status, body } = await carryOut(request, closed, target);
    await wait(fault?.delayMs ?? 0, closed);
    sendJson(response, status, body);
  };

  const handle: Homeserver["handle"] = (request, response, next) => {
    const target = targetOf(request);
    if (!isMatrixPath(target.path, options.controls === true)) {
      if (next !== undefined) return next();
      setCommonHeaders(response, profile.software);
      return sendJson(response, 404, { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" });
    }
    setCommonHeaders(response, profile.software);
    if (request.method === "OPTIONS") {
      response.statusCode = 204;
      response.end();
    } else if (target.path === "/.well-known/matrix/client") {
      sendJson(response, 200, { "m.homeserver": { base_url: `http://${request.headers.host ?? "localhost"}` } });
    } else void answer(request, response, target);
  };

  return {
    profile: profile.name,
    serverName,
    serverKeys: state.serverKeys,
    handle,
    listen: (port = 0) => listen(handle, port, restart),
    restart,
    failNext: faults.failNext,
    rateLimitNext: faults.rateLimitNext,
    clearFaults: faults.clear,
    onRequest: faults.onRequest,
    expireAccessTokens: (userId) => expireAccessTokens(state, userId),
  };
}

function createRoutes(): Router {
  const router = createRouter();
  addCapabilityRoutes(router);
  addAuthRoutes(router);
  addDeviceRoutes(router);
  addKeyRoutes(router);
  addProfileRoutes(router);
  addAccountDataRoutes(router);
  addRoomRoutes(router);
  addRoomEventRoutes(router);
  addServerKeyRoutes(router);
  addSyncRoutes(router);
  return router;
}

const isMatrixPath = (path: string, hasControls: boolean): boolean =>
  path.startsWith("/_matrix/") ||
  path === "/.well-known/matrix/client" ||
  (hasControls && path.startsWith("/_countersign/"));

interface Outcome {
  readonly status: number;
  readonly body: JsonValue;
}

/** Waits so long, or until the signal. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * A Matrix homeserver in memory, in one process, for the examples and the tests: matrix-js-sdk with its Rust crypto
 * works on it unmodified. It can behave like the homeservers that run today (profiles.ts).
 *
 * Nothing for production: no federation, no media, no persistence, and whoever reaches it may register.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expireAccessTokens, sessionOf } from "./accounts.js";
import { addControlRoutes } from "./controls.js";
import { crashed, MatrixError, unrecognized } from "./errors.js";
import { createFaults, type Fault, type RateLimit } from "./faults.js";
import { addAccountDataRoutes } from "./handlers/account-data.js";
import { addAuthRoutes } from "./handlers/auth.js";
import { addCapabilityRoutes } from "./handlers/capabilities.js";
import { addDeviceRoutes } from "./handlers/devices.js";
import { addKeyRoutes } from "./handlers/keys.js";
import { addProfileRoutes } from "./handlers/profile.js";
import { addRoomEventRoutes } from "./handlers/room-events.js";
import { addRoomRoutes } from "./handlers/rooms.js";
import { addSyncRoutes } from "./handlers/sync.js";
import { readJsonBody, sendJson, setCommonHeaders } from "./http.js";
import { type ProfileName, profiles } from "./profiles.js";
import { createRouter, type Router } from "./router.js";
import { createState, type Session } from "./state.js";

export type { Fault, RateLimit } from "./faults.js";
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

export interface Listening {
  /** Without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

export interface Homeserver {
  readonly profile: ProfileName;
  readonly serverName: string;
  /** Answers a request, or calls `next` if its path is none of a homeserver's. */
  handle(request: IncomingMessage, response: ServerResponse, next?: () => void): void;
  /** Listens on 127.0.0.1; port 0 takes a free one. */
  listen(port?: number): Promise<Listening>;
  /** What the end and start of the process do: data stays, caches go, long polls end. */
  restart(): void;
  failNext(fault: Fault): void;
  rateLimitNext(count: number, options?: RateLimit): void;
  clearFaults(): void;
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

  const answer = async (request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> => {
    const { path, query } = target;
    const signal = AbortSignal.any([polls.signal, closeSignal(response)]);
    try {
      const method = request.method ?? "GET";
      if (unknownPaths.has(path)) throw unrecognized();
      const body = method === "GET" ? {} : await readJsonBody(request);
      const authenticate = (): Session => sessionOf(state, accessTokenOf(request, query));
      sendJson(response, 200, await router.run(method, path, { server: state, query, body, signal, authenticate }));
    } catch (error) {
      const known = error instanceof MatrixError ? error : crashed();
      sendJson(response, known.status, known.toJson());
    }
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
    } else if (target.path.startsWith("/_countersign/") || !faults.intercept(request, response, target.path)) {
      void answer(request, response, target);
    }
  };

  return {
    profile: profile.name,
    serverName,
    handle,
    listen: (port = 0) => listen(handle, port, restart),
    restart,
    failNext: faults.failNext,
    rateLimitNext: faults.rateLimitNext,
    clearFaults: faults.clear,
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
  addSyncRoutes(router);
  return router;
}

const isMatrixPath = (path: string, hasControls: boolean): boolean =>
  path.startsWith("/_matrix/") ||
  path === "/.well-known/matrix/client" ||
  (hasControls && path.startsWith("/_countersign/"));

interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** By hand, because the URL parser throws for some of what a stranger may send as a target. */
function targetOf(request: IncomingMessage): Target {
  const [path = "/", ...rest] = (request.url ?? "/").split("?");
  return { path, query: new URLSearchParams(rest.join("?")) };
}

function accessTokenOf(request: IncomingMessage, query: URLSearchParams): string | undefined {
  const header = request.headers.authorization;
  if (header?.startsWith("Bearer ") === true) return header.slice("Bearer ".length);
  return query.get("access_token") ?? undefined;
}

function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

async function listen(handle: Homeserver["handle"], port: number, endPolls: () => void): Promise<Listening> {
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve) => {
        endPolls();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Failures on demand: for seeing what a client makes of them.
 *
 * A publish of n requests has 2n cut points: with `skip` 0 to n − 1, `disconnect` loses the request, and `disconnect` with
 * `after` its answer. {@link Faults.onRequest} counts them.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "./http.js";
import type { JsonValue } from "./json.js";

/** Which requests meet a fault, and whether the server carries them out. */
interface Where {
  /** How many requests; default 1. */
  count?: number;
  /** How many that would meet it are spared first; default 0. */
  skip?: number;
  /** Only requests whose path contains this text, or matches; default all. */
  path?: string | RegExp;
  /** Only requests of this method; default all. */
  method?: string;
  /** Carries the request out, then gives this answer instead of the real one; by default nothing is carried out. */
  after?: boolean;
}

/** The next matching requests get this answer instead of the real one. */
export interface Fault extends Where {
  /** Default 500. */
  status?: number;
  /** JSON, or text of the given content type; default the standard form with M_UNKNOWN. */
  body?: JsonValue;
  /** Sends `body`, which must be a string, as it is: `text/html`, say. */
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
  /** Cuts the connection without an answer. */
  disconnect?: boolean;
  /** Never answers, until the client gives up. */
  hang?: boolean;
  /** Carries the request out at once and answers truly, so many milliseconds late; no other member counts then. */
  delayMs?: number;
}

export interface RateLimit {
  /** Told in the body and, in whole seconds, as `Retry-After`; default 100. */
  retryAfterMs?: number;
  path?: string | RegExp;
  method?: string;
}

/** What reached the server. */
export interface SeenRequest {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
}

export interface Faults {
  failNext(fault: Fault): void;
  rateLimitNext(count: number, options?: RateLimit): void;
  clear(): void;
  /** Tells of every request but preflights before anything becomes of it; the function returned ends that. */
  onRequest(listener: (request: SeenRequest) => void): () => void;
  /** Notes the request, and takes the fault that is due for it. */
  next(request: SeenRequest): Fault | undefined;
}

/** No faults yet. */
export function createFaults(): Faults {
  const pending: (Fault & { count: number; skip: number })[] = [];
  const listeners = new Set<(request: SeenRequest) => void>();
  const failNext = (fault: Fault): void => {
    pending.push({ ...fault, count: fault.count ?? 1, skip: fault.skip ?? 0 });
  };
  return {
    failNext,
    rateLimitNext(count, { retryAfterMs = 100, path, method } = {}) {
      failNext({
        count,
        ...(path === undefined ? {} : { path }),
        ...(method === undefined ? {} : { method }),
        status: 429,
        body: { errcode: "M_LIMIT_EXCEEDED", error: "Too many requests", retry_after_ms: retryAfterMs },
        headers: { "Retry-After": String(Math.ceil(retryAfterMs / 1000)) },
      });
    },
    clear() {
      pending.length = 0;
    },
    onRequest(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    next(request) {
      for (const listener of listeners) listener(request);
      const matching = pending.filter((fault) => matches(fault, request));
      const due = matching.find((fault) => fault.skip === 0);
      for (const fault of matching) if (fault.skip > 0) fault.skip -= 1;
      if (due === undefined) return undefined;
      due.count -= 1;
      if (due.count <= 0) pending.splice(pending.indexOf(due), 1);
      return due;
    },
  };
}

function matches(fault: Fault, { method, path }: SeenRequest): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === "string" ? path.includes(fault.path) : fault.path.test(path);
}

/** Gives the answer that the fault wants, or none. */
export function answerFaultily(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault.disconnect === true) {
    request.socket.destroy();
    return;
  }
  request.resume();
  if (fault.hang === true) return;
  for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
  const status = fault.status ?? 500;
  const body = fault.body ?? { errcode: "M_UNKNOWN", error: "Internal server error" };
  if (fault.contentType === undefined) {
    sendJson(response, status, body);
    return;
  }
  response.statusCode = status;
  response.setHeader("Content-Type", fault.contentType);
  response.end(String(body));
}

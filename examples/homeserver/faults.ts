/** Failures on demand: for seeing what a client makes of them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "./http.js";
import type { JsonValue } from "./json.js";

/** The next matching requests get this answer instead of the real one. */
export interface Fault {
  /** How many requests; default 1. */
  count?: number;
  /** Only requests whose path contains this text, or matches; default all. */
  path?: string | RegExp;
  /** Only requests of this method; default all. */
  method?: string;
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
}

export interface RateLimit {
  /** Told in the body and, in whole seconds, as `Retry-After`; default 100. */
  retryAfterMs?: number;
  path?: string | RegExp;
  method?: string;
}

export interface Faults {
  failNext(fault: Fault): void;
  rateLimitNext(count: number, options?: RateLimit): void;
  clear(): void;
  /** Answers the request if a fault is due. */
  intercept(request: IncomingMessage, response: ServerResponse, path: string): boolean;
}

/** No faults yet. */
export function createFaults(): Faults {
  const pending: (Fault & { count: number })[] = [];
  const failNext = (fault: Fault): void => {
    pending.push({ ...fault, count: fault.count ?? 1 });
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
    intercept(request, response, path) {
      const fault = pending.find((candidate) => candidate.count > 0 && matches(candidate, request.method ?? "", path));
      if (fault === undefined) return false;
      fault.count -= 1;
      if (fault.count === 0) pending.splice(pending.indexOf(fault), 1);
      answer(fault, request, response);
      return true;
    },
  };
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === "string" ? path.includes(fault.path) : fault.path.test(path);
}

function answer(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
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

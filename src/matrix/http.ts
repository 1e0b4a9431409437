import type { JsonObject } from "../encoding/parse-json.js";
import { CountersignError, HttpError } from "../errors.js";
import type { MatrixClientLike } from "./client-like.js";
import { readJsonBody } from "./read-body.js";
import { aborted, type RetryOptions, waitMs, withRetries } from "./retry.js";
import { createSemaphore } from "./semaphore.js";

/** How requests are made. Everything has a default. */
export interface HttpOptions extends Partial<RetryOptions> {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Time-out of one try, in milliseconds, body included. Default 30,000. */
  readonly timeoutMs?: number;
  /** Requests under way at a time. Default 4. */
  readonly maxConcurrent?: number;
  /** The most that is read of an answer, in bytes. Default 16 MiB. */
  readonly maxResponseBytes?: number;
}

/** One request to the client API of the own homeserver. */
export interface MatrixRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Path below `/_matrix/client/v3`, percent-encoded: see {@link path}. */
  readonly path: string;
  /** Other prefixes below `/_matrix/client` to try in turn where the server does not know the one before. */
  readonly prefixes?: readonly string[];
  readonly body?: JsonObject;
  /** Fewer tries for what is not worth more of them. */
  readonly maxRetries?: number;
  readonly signal?: AbortSignal;
}

/** Makes requests to the own homeserver. */
export interface MatrixHttp {
  /**
   * Sends a request and reads its JSON answer.
   *
   * @throws HttpError every `ERR_HTTP_*` code; CountersignError `ERR_ABORTED`
   */
  request(request: MatrixRequest): Promise<JsonObject>;
}

/** A path of percent-encoded segments, so that a stranger's user ID stays one segment. */
export function path(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

/**
 * The requests of one client: bounded in time, size and number at a time; 429 obeyed, passing faults retried, a refused
 * token renewed once through the client.
 *
 * Own code and not the client's `http`, which bounds no answer's size and whose types differ between versions.
 *
 * @param ended aborts every request, under way or to come
 */
export function createHttp(client: MatrixClientLike, options: HttpOptions, ended: AbortSignal): MatrixHttp {
  const send = createSender(client, options);
  const inTurn = createSemaphore(options.maxConcurrent ?? 4);
  const retry: RetryOptions = {
    maxRetries: options.maxRetries ?? 4,
    maxWaitMs: options.maxWaitMs ?? 60_000,
    random: options.random ?? Math.random,
    wait: options.wait ?? waitMs,
  };
  const known = new Map<string, string>();
  return {
    request: (request) =>
      inTurn(async () => {
        const signal = request.signal ? AbortSignal.any([ended, request.signal]) : ended;
        const limits = { ...retry, maxRetries: request.maxRetries ?? retry.maxRetries };
        const tried = (prefix: string): Promise<JsonObject> =>
          withRetries(() => withRenewedToken(client, () => send(request, prefix, signal)), limits, signal);
        return firstKnownPrefix(["v3", ...(request.prefixes ?? [])], known, tried);
      }),
  };
}

/** Tries one prefix after the other while the server does not know the endpoint, and remembers what it knew. */
async function firstKnownPrefix(
  prefixes: readonly string[],
  known: Map<string, string>,
  tried: (prefix: string) => Promise<JsonObject>,
): Promise<JsonObject> {
  const family = prefixes.join();
  const [first, ...others] = known.has(family) ? [known.get(family) ?? "v3"] : prefixes;
  let prefix = first ?? "v3";
  for (;;) {
    try {
      const answer = await tried(prefix);
      known.set(family, prefix);
      return answer;
    } catch (error) {
      const next = isUnknownEndpoint(error) ? others.shift() : undefined;
      if (next === undefined) throw error;
      prefix = next;
    }
  }
}

/** Whether the server said that it does not have the endpoint at all. */
export function isUnknownEndpoint(error: unknown): error is HttpError {
  return (
    error instanceof HttpError &&
    (error.errcode === "M_UNRECOGNIZED" ||
      ((error.status === 404 || error.status === 405) && error.errcode === undefined))
  );
}

async function withRenewedToken<T>(client: MatrixClientLike, send: () => Promise<T>): Promise<T> {
  const token = client.getAccessToken();
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== "ERR_HTTP_TOKEN" || !client.whoami) throw error;
    await client.whoami().catch(() => {});
    if (client.getAccessToken() === token) throw error;
    return await send();
  }
}

function createSender(client: MatrixClientLike, options: HttpOptions) {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const maxBytes = options.maxResponseBytes ?? 16 * 1024 * 1024;
  return async (request: MatrixRequest, prefix: string, signal: AbortSignal): Promise<JsonObject> => {
    if (signal.aborted) throw aborted(signal);
    const token = client.getAccessToken();
    if (!token) throw new HttpError("ERR_HTTP_TOKEN", "expected a client that is logged in");
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await (options.fetch ?? fetch)(`${baseUrl(client)}/_matrix/client/${prefix}${request.path}`, {
        method: request.method,
        headers: { Authorization: `Bearer ${token}`, ...(request.body && { "Content-Type": "application/json" }) },
        ...(request.body && { body: JSON.stringify(request.body) }),
        signal: AbortSignal.any([signal, timeout]),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
      if (!response.ok) throw await refusal(response);
      return await readJsonBody(response, maxBytes);
    } catch (cause) {
      if (signal.aborted) throw aborted(signal);
      if (cause instanceof CountersignError) throw cause;
      if (timeout.aborted) {
        throw new HttpError("ERR_HTTP_TIMEOUT", `expected an answer within ${timeoutMs} ms`, { cause });
      }
      throw new HttpError("ERR_HTTP_NETWORK", "the homeserver could not be reached", { cause });
    }
  };
}

function baseUrl(client: MatrixClientLike): string {
  return client.getHomeserverUrl().replace(/\/+$/, "");
}

const maxErrorBytes = 64 * 1024;

async function refusal(response: Response): Promise<HttpError> {
  const body = await readJsonBody(response, maxErrorBytes).catch((): JsonObject => ({}));
  const errcode = typeof body.errcode === "string" ? body.errcode.slice(0, 100) : undefined;
  const { status } = response;
  const details = { status, ...(errcode !== undefined && { errcode }) };
  if (status === 429) {
    const retryAfterMs = requestedWaitMs(response, body);
    return new HttpError("ERR_HTTP_RATE_LIMITED", "the homeserver limits the rate of requests", {
      ...details,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  if (status === 401 && (errcode === "M_UNKNOWN_TOKEN" || errcode === "M_MISSING_TOKEN")) {
    return new HttpError("ERR_HTTP_TOKEN", "the access token is unknown or expired: log in again", details);
  }
  return new HttpError("ERR_HTTP_STATUS", `expected success, got HTTP ${status}`, details);
}

/** `Retry-After` (seconds or a date, RFC 9110 §10.2.3) where it can be read, else `retry_after_ms` of the body. */
function requestedWaitMs(response: Response, body: JsonObject): number | undefined {
  const header = response.headers.get("Retry-After");
  if (header !== null) {
    const seconds = Number(header);
    const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
    if (Number.isFinite(ms)) return Math.max(0, ms);
  }
  return typeof body.retry_after_ms === "number" && body.retry_after_ms >= 0 ? body.retry_after_ms : undefined;
}

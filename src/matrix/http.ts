import type { JsonObject } from "../encoding/json-object.js";
import { CountersignError, HttpError } from "../errors.js";
import { aborted, orAborted } from "../model/abort.js";
import type { MatrixClientLike } from "./client-like.js";
import { readJsonBody, readJsonList } from "./read-body.js";
import { readChallenge, refusal } from "./refusal.js";
import { type RetryOptions, waitMs, withRetries } from "./retry.js";
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
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path below `/_matrix/client/v3`, percent-encoded: see {@link path}. */
  readonly path: string;
  /** Other prefixes below `/_matrix/client` to try in turn where the server does not know the one before. */
  readonly prefixes?: readonly string[];
  readonly body?: JsonObject;
  /** Tighter limits for what is not worth more. */
  readonly limits?: { readonly maxRetries?: number; readonly timeoutMs?: number; readonly maxResponseBytes?: number };
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
  /** {@link MatrixHttp.request} for the few endpoints whose answer is a list. */
  requestList(request: MatrixRequest): Promise<unknown[]>;
  /**
   * {@link request} for an endpoint behind user-interactive auth: the body of its 401 is an answer like any other, told apart
   * by its `flows`.
   */
  requestOrChallenge(request: MatrixRequest): Promise<JsonObject>;
  /** The `Server` header of the newest answer, where the homeserver exposes it. */
  readonly serverHeader: string | undefined;
  /** The platform's `fetch` or the caller's, for requests that carry no token. */
  readonly fetch: typeof fetch;
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
  const settings = readSettings(options);
  let serverHeader: string | undefined;
  const send = createSender(client, settings, (header) => {
    serverHeader = header;
  });
  const inTurn = createSemaphore(settings.maxConcurrent);
  // A 429 speaks to all of this client's requests: none goes out before its time is over.
  let pause: Promise<void> = Promise.resolve();
  const waitForRate: RetryOptions["wait"] = (ms, signal) => {
    pause = settings.wait(ms, ended).catch(() => undefined);
    return orAborted(pause, signal);
  };
  async function exchange<T>(request: MatrixRequest, reader: AnswerReader<T>): Promise<T> {
    const signal = request.signal ? AbortSignal.any([ended, request.signal]) : ended;
    const attempt = async (prefix: string): Promise<T> => {
      await orAborted(pause, signal);
      return inTurn(() => withRenewedToken(client, () => send(request, prefix, reader, signal), signal), signal);
    };
    const retry = { ...settings, maxRetries: request.limits?.maxRetries ?? settings.maxRetries };
    return firstKnownPrefix(request, (prefix) => withRetries(() => attempt(prefix), retry, waitForRate, signal));
  }
  return {
    fetch: settings.fetch,
    get serverHeader() {
      return serverHeader;
    },
    request: (request) => exchange(request, { read: readJsonBody, refuse: throwRefusal }),
    requestList: (request) => exchange(request, { read: readJsonList, refuse: throwRefusal }),
    requestOrChallenge: (request) => exchange(request, { read: readJsonBody, refuse: readChallenge }),
  };
}

type HttpSettings = Required<HttpOptions>;

/** What is made of an answer. */
interface AnswerReader<T> {
  /** Of success. */
  readonly read: (response: Response, maxBytes: number) => Promise<T>;
  /** Of anything else; throws it unless it is an answer all the same. */
  readonly refuse: (response: Response) => Promise<T>;
}

async function throwRefusal(response: Response): Promise<never> {
  throw await refusal(response);
}

function readSettings(options: HttpOptions): HttpSettings {
  const { maxConcurrent = 4, timeoutMs = 30_000, maxRetries = 4, maxWaitMs = 60_000 } = options;
  const { maxResponseBytes = 16 * 1024 * 1024, random = Math.random, wait = waitMs } = options;
  const positive = [maxConcurrent, timeoutMs, maxResponseBytes, maxRetries + 1, maxWaitMs + 1];
  if (!positive.every((limit) => Number.isSafeInteger(limit) && limit > 0 && limit < 2 ** 31)) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected whole numbers as limits for requests");
  }
  const send = options.fetch ?? ((input, init) => fetch(input, init));
  return { maxConcurrent, timeoutMs, maxRetries, maxWaitMs, maxResponseBytes, random, wait, fetch: send };
}

/** Tries one prefix after the other while the server does not know the endpoint. */
async function firstKnownPrefix<T>(
  { prefixes = [] }: MatrixRequest,
  attempt: (prefix: string) => Promise<T>,
): Promise<T> {
  const others = [...prefixes];
  for (let prefix = "v3"; ; ) {
    try {
      return await attempt(prefix);
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

async function withRenewedToken<T>(client: MatrixClientLike, send: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const token = client.getAccessToken();
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== "ERR_HTTP_TOKEN" || !client.whoami) throw error;
    const asked = (async () => client.whoami?.())().catch(() => undefined);
    await orAborted(asked, AbortSignal.any([signal, AbortSignal.timeout(renewalTimeoutMs)])).catch(() => undefined);
    if (signal.aborted) throw aborted(signal);
    if (client.getAccessToken() === token) throw error;
    return await send();
  }
}

const renewalTimeoutMs = 30_000;
const maxServerHeaderChars = 200;
/** What a header may hold: anything else would end up, token and all, in the platform's own error. */
const tokenGrammar = /^[\x21-\x7e]+$/;

function createSender(client: MatrixClientLike, settings: HttpSettings, noteServer: (header: string) => void) {
  return async <T>(
    request: MatrixRequest,
    prefix: string,
    { read, refuse }: AnswerReader<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const token = client.getAccessToken();
    if (!token || !tokenGrammar.test(token)) {
      throw new HttpError("ERR_HTTP_TOKEN", "expected a client that is logged in");
    }
    const { timeoutMs, maxResponseBytes } = { ...settings, ...request.limits };
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await settings.fetch(`${baseUrl(client)}/_matrix/client/${prefix}${request.path}`, {
        method: request.method,
        headers: { Authorization: `Bearer ${token}`, ...(request.body && { "Content-Type": "application/json" }) },
        ...(request.body && { body: JSON.stringify(request.body) }),
        signal: AbortSignal.any([signal, timeout]),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
      const server = response.headers.get("Server");
      if (server) noteServer(server.slice(0, maxServerHeaderChars));
      return await (response.ok ? read(response, maxResponseBytes) : refuse(response));
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

import { setTimeout as delay } from "node:timers/promises";

/** JSON as it comes and goes: checked where it is used. */
export type JsonObject = Record<string, unknown>;

/** The server under test. */
export interface Homeserver {
  /** Base URL without a slash at its end. */
  readonly url: string;
  /** For servers whose registration asks for one. */
  readonly registrationToken?: string;
}

/** A server's answer; `body` is `{}` where it is no JSON object. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Headers;
}

/** What {@link request} takes beside method and path. */
export interface RequestOptions {
  readonly token?: string;
  readonly body?: JsonObject;
  /** Sent as `Origin`, as a browser would. */
  readonly origin?: string;
}

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_RATE_LIMIT_WAIT_MS = 600_000;
const DEFAULT_RETRY_MS = 1_000;

/** One request to the server. A 429 is obeyed, for ten minutes in all; every other answer is returned as it is. */
export async function request(
  server: Homeserver,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const headers = new Headers();
  if (options.token !== undefined) headers.set("Authorization", `Bearer ${options.token}`);
  if (options.origin !== undefined) headers.set("Origin", options.origin);
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  let waitedMs = 0;
  for (;;) {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const body = parseObject(await response.text());
    if (response.status !== 429) return { status: response.status, body, headers: response.headers };
    const waitMs = retryAfterMs(body, response.headers);
    waitedMs += waitMs;
    if (waitedMs > MAX_RATE_LIMIT_WAIT_MS) throw new Error(`${method} ${path}: the server's rate limit does not end`);
    await delay(waitMs);
  }
}

function retryAfterMs(body: JsonObject, headers: Headers): number {
  const seconds = Number(headers.get("Retry-After") ?? Number.NaN);
  const fromBody = body.retry_after_ms;
  const wished = typeof fromBody === "number" ? fromBody : seconds * 1_000;
  return Number.isFinite(wished) && wished > 0 ? wished : DEFAULT_RETRY_MS;
}

function parseObject(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text)) ?? {};
  } catch {
    return {};
  }
}

/** The value if it is a JSON object. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The member at the end of a path of names, or undefined where the path breaks. */
export function at(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const name of path) {
    const object = asObject(current);
    if (object === undefined || !Object.hasOwn(object, name)) return undefined;
    current = object[name];
  }
  return current;
}

/**
 * An answer in a word or two: `200`, `404 M_UNRECOGNIZED`; where a 200 reports failures (of a signature upload) their error
 * codes, `200 but M_INVALID_SIGNATURE`.
 */
export function summarize(answer: Answer): string {
  const codes = new Set<string>();
  for (const keys of Object.values(asObject(answer.body.failures) ?? {})) {
    for (const failure of Object.values(asObject(keys) ?? {})) codes.add(String(at(failure, "errcode")));
  }
  if (answer.status === 200) return codes.size === 0 ? "200" : `200 but ${[...codes].sort().join(" ")}`;
  const code = answer.body.errcode;
  return typeof code === "string" ? `${answer.status} ${code}` : `${answer.status}`;
}

/** The answer, where anything but 200 means that the probe cannot go on. */
export function expectOk(answer: Answer, what: string): Answer {
  if (answer.status === 200) return answer;
  const message = typeof answer.body.error === "string" ? `: ${answer.body.error}` : "";
  throw new Error(`${what}: the server answered ${summarize(answer)}${message}`);
}

import type { JsonObject } from "../encoding/json-object.js";
import { HttpError } from "../errors.js";
import { readJsonBody } from "./read-body.js";

const maxErrorBytes = 64 * 1024;

/** The error that an answer other than success stands for: the Matrix error body is read, bounded, and never repeated. */
export async function refusal(response: Response): Promise<HttpError> {
  return errorOf(response, await errorBody(response));
}

/**
 * What a server asks of the user before it does what was requested: the body of the 401 that user-interactive auth begins and
 * goes on with. Returned and never part of an error, so that it ends in nobody's log.
 *
 * @throws HttpError for every other answer
 * @see Matrix specification, client-server API, "User-Interactive Authentication API"
 */
export async function readChallenge(response: Response): Promise<JsonObject> {
  const body = await errorBody(response);
  const error = errorOf(response, body);
  if (response.status === 401 && error.code !== "ERR_HTTP_TOKEN" && Array.isArray(body.flows)) return body;
  throw error;
}

function errorBody(response: Response): Promise<JsonObject> {
  return readJsonBody(response, maxErrorBytes).catch((): JsonObject => ({}));
}

function errorOf(response: Response, body: JsonObject): HttpError {
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

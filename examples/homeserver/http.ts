/** Between node:http and the handlers: targets, tokens and bodies in, JSON out, CORS on everything. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { badJson, MatrixError } from "./errors.js";
import { isObject, type JsonObject, type JsonValue, parseJson } from "./json.js";

/** The largest request body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Headers that every answer carries, so that pages of any origin can read it. */
export function setCommonHeaders(response: ServerResponse, software: { name: string; version: string }): void {
  response.setHeader("Server", `${software.name}/${software.version}`);
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  response.setHeader("Access-Control-Allow-Headers", "X-Requested-With, Content-Type, Authorization, Date");
  response.setHeader("Access-Control-Expose-Headers", "Server, Retry-After");
  response.setHeader("Cache-Control", "no-store");
}

/** Writes a JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: JsonValue): void {
  if (response.destroyed || response.headersSent) return;
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(body));
}

/** Reads the body as a JSON object; an empty body is `{}`, as several endpoints allow. */
export async function readJsonBody(request: IncomingMessage): Promise<JsonObject> {
  const text = await readBody(request);
  if (text.trim() === "") return {};
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    if (error instanceof RangeError) throw badJson("The body is nested too deeply");
    throw new MatrixError(400, "M_NOT_JSON", "The body is not JSON");
  }
  if (!isObject(value)) throw badJson("The body is not a JSON object");
  return value;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and thrown away: a connection cut in the middle of an upload looks like a network error.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    if (size > 16 * MAX_BODY_BYTES) break;
  }
  if (size > MAX_BODY_BYTES) throw new MatrixError(413, "M_TOO_LARGE", "The body is too large");
  return Buffer.concat(chunks).toString("utf8");
}

/** What a request is for. */
export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Reads what a request is for: by hand, because the URL parser throws for some of what a stranger may send as a target. */
export function targetOf(request: IncomingMessage): Target {
  const [path = "/", ...rest] = (request.url ?? "/").split("?");
  return { path, query: new URLSearchParams(rest.join("?")) };
}

/** The access token, from the header or the query. */
export function accessTokenOf(request: IncomingMessage, query: URLSearchParams): string | undefined {
  const header = request.headers.authorization;
  if (header?.startsWith("Bearer ") === true) return header.slice("Bearer ".length);
  return query.get("access_token") ?? undefined;
}

/** Aborts when the client goes away or has its answer. */
export function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

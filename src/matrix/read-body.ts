import { decodeUtf8 } from "../encoding/bytes.js";
import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { HttpError } from "../errors.js";
import { readBytes } from "../model/read-bytes.js";

/**
 * Reads an answer's body as a JSON object and stops reading at `maxBytes`, whatever the server announces.
 *
 * Read as browsers read JSON, not strictly: a server that repeats a key says one thing all the same, the last, and what is
 * verified are the bytes made anew from what was read.
 *
 * @throws HttpError `ERR_HTTP_TOO_LARGE`, `ERR_HTTP_NOT_JSON` (an HTML page, for one)
 */
export async function readJsonBody(response: Response, maxBytes: number): Promise<JsonObject> {
  const body = await readJson(response, maxBytes);
  if (isJsonObject(body)) return body;
  throw new HttpError("ERR_HTTP_NOT_JSON", "expected a JSON object from the homeserver, got another value", {
    status: response.status,
  });
}

/** {@link readJsonBody} for the few answers that are a list. */
export async function readJsonList(response: Response, maxBytes: number): Promise<unknown[]> {
  const body = await readJson(response, maxBytes);
  if (Array.isArray(body)) return body;
  throw new HttpError("ERR_HTTP_NOT_JSON", "expected a JSON list from the homeserver, got another value", {
    status: response.status,
  });
}

async function readJson(response: Response, maxBytes: number): Promise<unknown> {
  const text = decodeUtf8(await readBytes(response, maxBytes));
  const { status } = response;
  try {
    return JSON.parse(text ?? "") as unknown;
  } catch (cause) {
    throw new HttpError("ERR_HTTP_NOT_JSON", "expected JSON from the homeserver, got something else", {
      status,
      cause,
    });
  }
}

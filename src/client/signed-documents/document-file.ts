import { decodeUtf8, utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { parseJson } from "../../encoding/parse-json.js";
import { CountersignError } from "../../errors.js";

/** A document as it lies on a disk or is served: the text or bytes of a file, or its parsed JSON. */
export type DocumentFile = string | Uint8Array | JsonObject;

/**
 * Reads a document as strict JSON (see `parseJson`) within bounds: of a key that stands there twice nobody could say which one was
 * signed.
 *
 * Judges neither shape nor signatures.
 *
 * @param maxBytes of UTF-8; of parsed JSON, as canonical JSON has it
 * @returns a copy that nobody else can change any more
 * @throws CountersignError `ERR_JSON_SYNTAX`, `ERR_JSON_VALUE`, `ERR_JSON_LIMIT`
 */
export function readDocumentFile(file: DocumentFile, maxBytes: number): JsonObject {
  if (file instanceof Uint8Array && file.length > maxBytes) throw tooLarge(maxBytes);
  const text = typeof file === "string" ? file : file instanceof Uint8Array ? decodeUtf8(file) : canonicalJson(file);
  if (text === undefined) throw new CountersignError("ERR_JSON_SYNTAX", "expected UTF-8");
  if (text.length > maxBytes || utf8(text).length > maxBytes) throw tooLarge(maxBytes);
  const value = parseJson(text, maxBytes);
  if (isJsonObject(value)) return value;
  throw new CountersignError("ERR_JSON_SYNTAX", "expected a JSON object");
}

function tooLarge(maxBytes: number): CountersignError {
  return new CountersignError("ERR_JSON_LIMIT", `expected a document of at most ${maxBytes} bytes`);
}

/** What Dendrite does to every base64 string that passes through it. */
import { copyOf, isObject, type JsonObject, objectAt, put } from "./json.js";

/**
 * Decodes and encodes again, as Go's unpadded encodings do: the URL alphabet if `-` or `_` occurs, line breaks
 * ignored, padding refused, stray bits dropped. Undefined for what is no base64.
 */
export function reencodeBase64(text: string): string | undefined {
  const compact = text.replace(/[\r\n]/g, "");
  const alphabet = /[-_]/.test(text) ? /^[A-Za-z0-9_-]*$/ : /^[A-Za-z0-9+/]*$/;
  if (!alphabet.test(compact) || compact.length % 4 === 1) return undefined;
  return Buffer.from(compact, "base64").toString("base64").replace(/=+$/, "");
}

/** A copy of a signed object whose signatures are encoded again; undefined if one is no base64 string. */
export function reencodeSignatures(signed: JsonObject): JsonObject | undefined {
  const copy = copyOf(signed);
  const signatures = objectAt(copy, "signatures");
  if (signatures === undefined) return copy;
  for (const ofSigner of Object.values(signatures)) {
    if (!isObject(ofSigner)) return undefined;
    for (const [keyId, value] of Object.entries(ofSigner)) {
      const encoded = typeof value === "string" ? reencodeBase64(value) : undefined;
      if (encoded === undefined) return undefined;
      put(ofSigner, keyId, encoded);
    }
  }
  return copy;
}

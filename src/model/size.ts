import { canonicalJson } from "../encoding/canonical-json.js";
import type { SignatureValue } from "./external-signature.js";

/** The most that MSC2961 allows a signature under a `custom:` key ID, in Unicode code points. */
export const defaultSignatureSizeLimit = 2048;

/**
 * The size of a signature as MSC2961 counts it: Unicode code points of key ID and value together, an object counted in
 * canonical JSON.
 *
 * @throws CountersignError `ERR_JSON_VALUE`, `ERR_JSON_LIMIT` for an object that has no canonical JSON
 * @see MSC2961, "Size constraints"
 */
export function signatureSize(keyId: string, value: SignatureValue): number {
  return codePoints(keyId) + codePoints(typeof value === "string" ? value : canonicalJson(value));
}

/** Whether the size rule lets a signature hang on a key: it binds `custom:` key IDs alone. */
export function fitsSizeRule(keyId: string, value: SignatureValue, limit: number = defaultSignatureSizeLimit): boolean {
  return !keyId.startsWith("custom:") || signatureSize(keyId, value) <= limit;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index + 1 < text.length; index++) {
    if (isHighSurrogate(text.charCodeAt(index)) && isLowSurrogate(text.charCodeAt(index + 1))) {
      count -= 1;
      index += 1;
    }
  }
  return count;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

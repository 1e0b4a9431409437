import { tryDecodeBase64 } from "../encoding/base64.js";
import { equalBytes } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical-json.js";
import type { ExternalSignature, SignatureValue } from "./external-signature.js";

/**
 * Whether two signatures are one: the same key ID and the same value after decoding, because a server may have re-encoded
 * the base64 (another alphabet, padding).
 */
export function sameSignature(a: ExternalSignature, b: ExternalSignature): boolean {
  return a.keyId === b.keyId && sameValue(a.value, b.value);
}

function sameValue(a: SignatureValue, b: SignatureValue): boolean {
  if (typeof a === "string" && typeof b === "string") {
    if (a === b) return true;
    const [left, right] = [a, b].map((text) => tryDecodeBase64(text.replace(/-/g, "+").replace(/_/g, "/")));
    return left !== undefined && right !== undefined && equalBytes(left, right);
  }
  return typeof a === "object" && typeof b === "object" && canonicalOf(a) === canonicalOf(b);
}

/** The canonical JSON, or for what has none a value that equals nothing. */
function canonicalOf(value: SignatureValue): string | symbol {
  try {
    return canonicalJson(value);
  } catch {
    return Symbol("no canonical JSON");
  }
}

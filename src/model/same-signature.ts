import { tryDecodeBase64 } from "../encoding/base64.js";
import { canonicalJson } from "../encoding/canonical-json.js";
import type { ExternalSignature, SignatureValue } from "./external-signature.js";

/**
 * Whether two signatures are one: the same key ID and the same value after decoding, because a server may have re-encoded
 * the base64 (another alphabet, padding).
 */
export function sameSignature(a: ExternalSignature, b: ExternalSignature): boolean {
  return a.keyId === b.keyId && isSame(valueIdentity(a.value), valueIdentity(b.value));
}

/**
 * A text that two signatures have in common exactly where {@link sameSignature} calls them one, to look them up by.
 *
 * @returns `undefined` for an object without canonical JSON, which equals nothing
 */
export function signatureIdentity({ keyId, value }: ExternalSignature): string | undefined {
  const identity = valueIdentity(value);
  return identity && JSON.stringify([keyId, identity]);
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b;
}

/** What begins with a letter, so that no text passes for decoded bytes or for an object. */
function valueIdentity(value: SignatureValue): string | undefined {
  if (typeof value !== "string") return canonicalOf(value);
  const standard = value.replace(/-/g, "+").replace(/_/g, "/");
  // What decodes at all has one unpadded form.
  return tryDecodeBase64(standard) ? `bytes ${standard.replace(/=+$/, "")}` : `text ${value}`;
}

function canonicalOf(value: SignatureValue): string | undefined {
  try {
    return `object ${canonicalJson(value)}`;
  } catch {
    return undefined;
  }
}

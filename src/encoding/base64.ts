import { CountersignError } from "../errors.js";
import type { Bytes } from "./bytes.js";

const chunkSize = 0x8000;
const standardAlphabet = /^[A-Za-z0-9+/]*={0,2}$/;

/** Unpadded base64 in the standard alphabet (RFC 4648 §4 without `=`), the form Matrix writes. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let offset = 0; offset < bytes.length; offset += chunkSize) {
    binary += String.fromCharCode(...bytes.subarray(offset, offset + chunkSize));
  }
  return btoa(binary).replace(/=+$/, "");
}

/**
 * Decodes base64 in the standard alphabet, padded correctly or not at all.
 *
 * White space, the URL-safe alphabet, wrong padding and stray bits behind the last byte are errors, so that one value has
 * one unpadded form. The length is not bounded here: bound it before.
 *
 * @throws CountersignError `ERR_BASE64_MALFORMED`
 */
export function decodeBase64(text: string): Bytes {
  const unpadded = text.replace(/={1,2}$/, "");
  const padded = unpadded.length !== text.length;
  if (!standardAlphabet.test(text) || unpadded.length % 4 === 1 || (padded && text.length % 4 !== 0)) throw malformed();
  const binary = atob(unpadded);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  if (strayBits(unpadded, bytes)) throw malformed();
  return bytes;
}

/** The bytes, or `undefined` where {@link decodeBase64} would throw. */
export function tryDecodeBase64(text: string): Bytes | undefined {
  try {
    return decodeBase64(text);
  } catch {
    return undefined;
  }
}

function strayBits(unpadded: string, bytes: Uint8Array): boolean {
  const tailBytes = bytes.length % 3;
  if (tailBytes === 0) return false;
  return !unpadded.endsWith(encodeBase64(bytes.subarray(bytes.length - tailBytes)));
}

function malformed(): CountersignError {
  return new CountersignError("ERR_BASE64_MALFORMED", "expected canonical base64 in the standard alphabet");
}

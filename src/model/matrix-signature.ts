import { tryDecodeBase64 } from "../encoding/base64.js";
import type { Bytes } from "../encoding/bytes.js";
import { verifyEd25519 } from "./ed25519.js";

const maxChars = 128;

/**
 * Whether `value` is a signature of Matrix's own over `bytes`: strict Ed25519, in base64.
 *
 * Does not check what the bytes are, nor whose key it is.
 *
 * @param publicKey base64 of 32 bytes
 * @param value as it stands in `signatures`: hostile until proven otherwise
 * @returns `false` for whatever is wrong
 * @see Matrix specification, appendices, "Checking for a signature"
 */
export async function isSignedBy(publicKey: string, value: unknown, bytes: Bytes): Promise<boolean> {
  if (typeof value !== "string" || value.length > maxChars) return false;
  const key = tryDecodeBase64(publicKey);
  const signature = tryDecodeBase64(value);
  return key !== undefined && signature !== undefined && verifyEd25519(key, signature, bytes);
}

import { encodeBase64, tryDecodeBase64 } from "../../encoding/base64.js";
import { sha256 } from "../../encoding/bytes.js";

const grammar = /^SHA256:([A-Za-z0-9+/]{43})$/;

/** The fingerprint of a public key in SSH's wire format, as `ssh-keygen -l` prints it. */
export async function fingerprintOf(publicKey: Uint8Array): Promise<string> {
  return `SHA256:${encodeBase64(await sha256(publicKey))}`;
}

/** Whether `text` is a fingerprint in the one spelling that it has. */
export function isFingerprint(text: string): boolean {
  return tryDecodeBase64(grammar.exec(text)?.[1] ?? "")?.length === 32;
}

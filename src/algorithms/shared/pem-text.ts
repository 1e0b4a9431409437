import { encodeBase64 } from "../../encoding/base64.js";

/** One PEM block with padded base64 in lines of 64 characters and a line end behind it (RFC 7468 §2). */
export function pemText(label: string, bytes: Uint8Array): string {
  const unpadded = encodeBase64(bytes);
  const base64 = unpadded.padEnd(Math.ceil(unpadded.length / 4) * 4, "=");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

import { type Bytes, concatBytes } from "./bytes.js";

/** `string` of the SSH wire format (RFC 4251 §5): all `parts` behind their length. */
export function sshString(...parts: readonly Uint8Array[]): Bytes {
  const length = new Uint8Array(4);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  new DataView(length.buffer).setUint32(0, total);
  return concatBytes(length, ...parts);
}

import { utf8 } from "../../encoding/bytes.js";

const host = /^[A-Za-z0-9.-]+$/;
const port = /^\+?[0-9]+$/;
const ipv6 = /^\[([0-9A-Fa-f:.]+)\]$/;
const loneSurrogate = /\p{Surrogate}/u;

/** Whether Element reads `value` as text: half a character is as fatal as an object. */
export function isReadableText(value: unknown): value is string {
  return typeof value === "string" && !loneSurrogate.test(value);
}

/**
 * Whether Element reads `text` as a key ID: there is a colon, and an algorithm before it. It counts the algorithm's bytes in
 * one byte, so that 256 of them, 512 and so on are none.
 */
export function isReadableKeyId(text: string): boolean {
  const colon = text.indexOf(":");
  return isReadableText(text) && colon > 0 && utf8(text.slice(0, colon)).length % 256 !== 0;
}

/**
 * Whether Element reads `text` as a user ID, of today or of old: a local part of any
 * well-formed text but a colon and NUL, empty too, and a
 * server name by the grammar.
 *
 * Narrower than `isUserId`, which asks only what to hand to a server: a signer entry under any other name makes Element drop
 * the whole key. Does not check the length, because Element does not.
 *
 * @see Matrix specification, appendices, "Server Name"
 */
export function isReadableUserId(text: string): boolean {
  const colon = text.indexOf(":");
  if (!text.startsWith("@") || colon < 0 || text.includes("\0") || !isReadableText(text)) return false;
  const server = text.slice(colon + 1);
  const portColon = server.indexOf(":", server.startsWith("[") ? server.indexOf("]") : 0);
  const name = portColon < 0 ? server : server.slice(0, portColon);
  return isHost(name) && (portColon < 0 || isPort(server.slice(portColon + 1)));
}

function isHost(name: string): boolean {
  const address = ipv6.exec(name)?.[1];
  return address === undefined ? host.test(name) : URL.canParse(`http://[${address}]`);
}

function isPort(text: string): boolean {
  return port.test(text) && Number(text) < 65_536;
}

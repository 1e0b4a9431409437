import { decodeUtf8 } from "../encoding/bytes.js";
import { isUserId } from "./user-id.js";

const prefix = "matrix:u/";
/** Printable ASCII without what ends the path or begins another part of the URI (`/`, `?`, `#`), and whole percent-encodings. */
const grammar = /^(?:[!"$&-.0->@-~]|%[0-9A-Fa-f]{2})+$/;
const percent = /%([0-9A-Fa-f]{2})/g;

/**
 * The user ID that `matrix:u/localpart:server` names, with nothing after it: split at the first colon, decoded once, strict UTF-8.
 *
 * The user ID is compared byte for byte. Whether whoever wrote the URI may speak for that user is not said.
 *
 * @returns `undefined` for anything else: another spelling of scheme or path, a query, white space or other characters that no URI holds,
 *   a colon or NUL in the decoded local part, an empty one
 * @see PROTOCOL, "For whom a signer may speak"
 */
export function userIdOfMatrixUri(text: string): string | undefined {
  const rest = text.startsWith(prefix) ? text.slice(prefix.length) : "";
  const colon = rest.indexOf(":");
  if (colon < 1 || !grammar.test(rest)) return undefined;
  const [local, server] = [decodeOnce(rest.slice(0, colon)), decodeOnce(rest.slice(colon + 1))];
  if (!local || !server || local.includes(":")) return undefined;
  const userId = `@${local}:${server}`;
  return isUserId(userId) ? userId : undefined;
}

/** @param text ASCII, so that every unit is one octet */
function decodeOnce(text: string): string | undefined {
  if (!text.includes("%")) return text;
  const octets = text.replace(percent, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return decodeUtf8(Uint8Array.from(octets, (char) => char.charCodeAt(0)));
}

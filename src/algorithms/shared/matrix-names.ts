import { decodeUtf8 } from "../../encoding/bytes.js";
import type { Certificate } from "./certificate.js";

const uriPrefix = "matrix:u/";
/** What ends a path in a URI, or begins another part of it. */
const hasMore = /[/?#]/;
const percent = /%([0-9A-Fa-f]{2})/g;
/** Mail local parts that map to Matrix ones (PROTOCOL, "For whom a signer may speak"), and a host. */
const mailbox = /^([a-z0-9._=\-/+]+)@([a-z0-9.-]+)$/;

/**
 * How a certificate names a Matrix user: by a URI, by an e-mail address that reads as the user ID does, by nothing.
 *
 * A Matrix URI that names somebody else is final: no e-mail address rescues it; nor does one where a URI of Matrix's scheme cannot
 * be read. Of several URIs or addresses each counts. The subject's emailAddress counts only where no alternative name is an
 * address.
 */
export function namingOf({ subject, extensions }: Certificate, userId: string): "uri" | "email" | undefined {
  const texts = (form: string): string[] =>
    extensions.alternativeNames.flatMap((name) => (name.form === form && "text" in name ? (name.text ?? []) : []));
  const uris = texts("uniformResourceIdentifier").filter((uri) => /^matrix:/i.test(uri));
  if (uris.length > 0) return uris.some((uri) => userOfMatrixUri(uri) === userId) ? "uri" : undefined;
  const addresses = texts("rfc822Name");
  const mails = addresses.length > 0 ? addresses : subject.mailAddresses;
  return mails.some((address) => userOfMail(address) === userId) ? "email" : undefined;
}

/**
 * The user ID that `matrix:u/localpart:server` names, with nothing after it: split at the first colon, decoded once, strict UTF-8.
 *
 * @returns `undefined` for anything else, a colon or NUL in the decoded local part too
 */
export function userOfMatrixUri(uri: string): string | undefined {
  if (!uri.startsWith(uriPrefix)) return undefined;
  const rest = uri.slice(uriPrefix.length);
  const colon = rest.indexOf(":");
  const [local, server] = [decodeOnce(rest.slice(0, colon)), decodeOnce(rest.slice(colon + 1))];
  if (colon < 0 || hasMore.test(rest) || !local || !server || /[:\0]/.test(local)) return undefined;
  return `@${local}:${server}`;
}

/** The user ID that an address reads as, domain and server name being one; `undefined` for a local part that never maps. */
function userOfMail(address: string): string | undefined {
  const [, local, server] = mailbox.exec(address) ?? [];
  return local === undefined ? undefined : `@${local}:${server}`;
}

function decodeOnce(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const latin1 = text.replace(percent, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  // The text was ASCII, so that every unit is one octet.
  return decodeUtf8(Uint8Array.from(latin1, (char) => char.charCodeAt(0)));
}

import { userIdOfMail } from "../model/mail-address.js";
import { userIdOfMatrixUri } from "../model/matrix-uri.js";
import type { ReadAnchor } from "./anchors/read-anchors.js";

/** `Name <matrix:u/localpart:server>` as OpenPGP user IDs are written: a name without brackets, and one URI at the end. */
const bracketed = /^[^<>]*<([^<>]*)>$/;

/**
 * Whether a name that a key has by somebody's word is this user's, as far as the anchor lets names of that form speak: a Matrix URI
 * always, an e-mail address under `email` through the anchor's table; each alone or behind a name in angle brackets.
 *
 * Compares code units. Whose word it is, is for the caller to judge.
 *
 * @see PROTOCOL, "For whom a signer may speak"
 */
export function isNameOf(name: string, userId: string, anchor: ReadAnchor): boolean {
  const inner = bracketed.exec(name)?.[1] ?? name;
  if (userIdOfMatrixUri(inner) === userId) return true;
  return anchor.speaksFor === "email" && isAddressOf(inner, userId, anchor);
}

/** Whether an e-mail address maps to this user by the anchor's table. */
export function isAddressOf(address: string, userId: string, { emailServers = {} }: ReadAnchor): boolean {
  const serverOf = (domain: string): string | undefined =>
    Object.hasOwn(emailServers, domain) ? emailServers[domain] : undefined;
  return userIdOfMail(address, serverOf) === userId;
}

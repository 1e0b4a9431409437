import { isUserId } from "./user-id.js";

/** The local parts that map to Matrix ones (PROTOCOL, "For whom a signer may speak"), and a host name in lower case. */
const mailbox = /^([a-z0-9._=\-/+]+)@([a-z0-9.-]+)$/;

/**
 * The user ID that an e-mail address maps to: its local part, on the Matrix server of its domain.
 *
 * Exact: an address with an upper-case letter, quotes or a comment maps to nobody. Whether the address is the user's is not said.
 *
 * @param serverOf the Matrix server of a mail domain, written as the address writes it; `undefined` where it has none
 * @returns `undefined` for what is no such address, and where the domain has no server
 * @see PROTOCOL, "For whom a signer may speak"
 */
export function userIdOfMail(address: string, serverOf: (domain: string) => string | undefined): string | undefined {
  const [, local, domain] = mailbox.exec(address) ?? [];
  const server = domain === undefined ? undefined : serverOf(domain);
  if (local === undefined || server === undefined) return undefined;
  const userId = `@${local}:${server}`;
  return isUserId(userId) ? userId : undefined;
}

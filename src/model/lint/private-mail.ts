import { serverNameOf } from "../user-id.js";

const address = /[^\s<>"(),:;@]+@([^\s<>"(),:;@]+)/g;

/**
 * Whether `text` holds an e-mail address that is not of the user's own Matrix server: its domain is neither the server name
 * without its port, nor a domain above or below that.
 *
 * So `alice@example.org` is no secret of `@alice:matrix.example.org`, and `alice@mail.example` is one. Knows no public
 * suffixes.
 */
export function holdsPrivateMail(text: string, userId: string): boolean {
  const server = serverNameOf(userId)
    .replace(/:[0-9]*$/, "")
    .toLowerCase();
  return [...text.matchAll(address)].some(([, host = ""]) => {
    const domain = host.toLowerCase().replace(/\.+$/, "");
    return (
      domain !== server && !domain.endsWith(`.${server}`) && !(domain.includes(".") && server.endsWith(`.${domain}`))
    );
  });
}

import { serverNameOf } from "../user-id.js";

/** What stands between addresses. */
const delimiters = /[\s<>"(),:;]/;
/** No dot before the first one, or a row of dots in the midst of a text would be looked through once for each of them. */
const lastDots = /(?<!\.)\.+$/;

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
  return hostsIn(text).some((host) => {
    const domain = host.toLowerCase().replace(lastDots, "");
    return (
      domain !== server && !domain.endsWith(`.${server}`) && !(domain.includes(".") && server.endsWith(`.${domain}`))
    );
  });
}

/** What stands behind an `@` with something before it. Cut, not matched: a pattern would look at each letter over and over. */
function hostsIn(text: string): string[] {
  return text.split(delimiters).flatMap((word) => {
    const parts = word.split("@");
    return parts.slice(1).filter((host, index) => host !== "" && parts[index] !== "");
  });
}

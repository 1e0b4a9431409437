/** Names that only a local network, this machine or another network than the internet knows (RFC 6761, 6762, 7686, 8375). */
const localNames: ReadonlySet<string> = new Set([
  "alt",
  "arpa",
  "corp",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "private",
  "test",
]);

const labelGrammar = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const topLabelGrammar = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/**
 * Whether the caller named this address's host, with this port or without any.
 *
 * @param named hosts (`localhost`) or hosts with a port (`[::1]:8448`)
 */
export function isNamedHost(url: URL, named: readonly string[]): boolean {
  return named.some((name) => {
    const other = URL.canParse(`${url.protocol}//${name}/`) ? new URL(`${url.protocol}//${name}/`) : undefined;
    return other?.host === url.host || (other?.port === "" && !hasPort(name) && other.hostname === url.hostname);
  });
}

/** Of `example.org:443` the URL parser says that there is no port. */
function hasPort(name: string): boolean {
  return /:\d*$/.test(name.replace(/^\[[^\]]*\]/, ""));
}

/**
 * Whether a host, as the URL parser writes it, can be one of the internet: no IP address, no single label, no name that only a
 * local network knows. Does not resolve the name: a public name may still point into a private network, which is for the
 * platform to refuse.
 *
 * The URL parser has written every spelling of an IPv4 address (`0x7f.1`) as four numbers, and IPv6 in brackets.
 *
 * @see DESIGN, "Addresses that a stranger's data gives"
 */
export function isPublicHost(hostname: string): boolean {
  const labels = hostname.split(".");
  const top = labels.at(-1) ?? "";
  return (
    labels.length > 1 &&
    hostname.length <= 253 &&
    labels.every((label) => labelGrammar.test(label)) &&
    topLabelGrammar.test(top) &&
    !localNames.has(top)
  );
}

import { isNamedHost, isPublicHost } from "../../model/public-host.js";

const maxChars = 2000;

/**
 * Reads an address that a stranger's data gives, and refuses one that could lead into the reader's own network.
 *
 * Only https; no user name or password; no IP address in any spelling; no single label, no name that only a local network
 * knows. Does not resolve the name: a public name may still point into a private network, which is for the platform to
 * refuse.
 *
 * @param named hosts (`localhost`) or hosts with a port (`[::1]:8448`) that the caller named: these may be any
 * @returns the address without query and fragment; `undefined` for one that must not be asked
 * @see DESIGN, "Addresses that a stranger's data gives"
 */
export function publicAddress(text: string, named: readonly string[] = []): URL | undefined {
  const url = text.length <= maxChars && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") return undefined;
  if (!isNamedHost(url, named) && !isPublicHost(url.hostname)) return undefined;
  url.search = "";
  url.hash = "";
  return url;
}

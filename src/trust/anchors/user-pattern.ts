import { serverNameOf } from "../../model/user-id.js";

/** A pattern of user IDs, taken apart. */
export interface UserPattern {
  /** As it was written. */
  readonly text: string;
  /** Whether `userId`, which must be one, is among those it names. Compares code units: no case folding, no normalisation. */
  readonly matches: (userId: string) => boolean;
}

const maxPatternChars = 510;
const localpartGrammar = /^[^:*?\0\s]*\*?[^:*?\0\s]*$/;
/** A host name, an IPv4 address or an IPv6 address in brackets, each with or without a port. */
const serverGrammar = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
/** A domain below which any server fits; a port would have to be its own. */
const domainGrammar = /^\*\.[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;

/**
 * Reads a pattern of user IDs, as `AnchorScope` has them.
 *
 * At most one `*` stands in the local part; the server is exact, `*`, or `*.` and a domain. Whatever is no such pattern is
 * `undefined`: nothing in it is ever taken for a regular expression.
 */
export function readUserPattern(text: unknown): UserPattern | undefined {
  if (typeof text !== "string" || text.length > maxPatternChars || !text.startsWith("@")) return undefined;
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  const localpart = localpartMatcher(text.slice(1, colon));
  const server = serverMatcher(text.slice(colon + 1));
  if (!localpart || !server) return undefined;
  return {
    text,
    matches: (userId) => server(serverNameOf(userId)) && localpart(userId.slice(1, userId.indexOf(":"))),
  };
}

/** Whether `text` is a server name without a wildcard. */
export function isExactServerName(text: unknown): text is string {
  return typeof text === "string" && text.length <= maxPatternChars && serverGrammar.test(text);
}

function localpartMatcher(pattern: string): ((localpart: string) => boolean) | undefined {
  if (!localpartGrammar.test(pattern)) return undefined;
  const star = pattern.indexOf("*");
  if (star < 0) return (localpart) => localpart === pattern;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const least = head.length + tail.length;
  return (localpart) => localpart.length >= least && localpart.startsWith(head) && localpart.endsWith(tail);
}

function serverMatcher(pattern: string): ((server: string) => boolean) | undefined {
  if (pattern === "*") return () => true;
  if (domainGrammar.test(pattern)) {
    const ending = pattern.slice(1);
    return (server) => server.length > ending.length && server.endsWith(ending) && isHostName(server);
  }
  return isExactServerName(pattern) ? (server) => server === pattern : undefined;
}

/** What ends in a domain must be a host name all through: `evil/x.example.org` is none. */
function isHostName(server: string): boolean {
  return /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(server);
}

/** A pattern of user IDs, taken apart. */
export interface UserPattern {
  /** As it was written. */
  readonly text: string;
  /** Its server: a name, `*`, or `*.` and a domain. */
  readonly server: string;
  /** Whether `userId`, if it is one, is among those it names. Compares code units: no case folding, no normalisation. */
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
    server: text.slice(colon + 1),
    matches: (userId) => {
      const colon = userId.indexOf(":");
      return server(userId, colon + 1) && localpart(userId.slice(1, colon));
    },
  };
}

/** Whether the server name that begins at `start` of a user ID fits. */
type ServerMatcher = (userId: string, start: number) => boolean;

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

function serverMatcher(pattern: string): ServerMatcher | undefined {
  if (pattern === "*") return () => true;
  if (domainGrammar.test(pattern)) {
    const ending = pattern.slice(1);
    return (userId, start) =>
      userId.length - start > ending.length && userId.endsWith(ending) && isHostName(userId.slice(start));
  }
  if (!isExactServerName(pattern)) return undefined;
  // Asked of every anchor for every user: most are told apart by the length alone.
  return (userId, start) => userId.length - start === pattern.length && userId.endsWith(pattern);
}

/** What ends in a domain must be a host name all through: `evil/x.example.org` is none. */
function isHostName(server: string): boolean {
  return /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(server);
}

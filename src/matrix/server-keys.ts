import { isJsonObject } from "../encoding/json-object.js";
import { CountersignError, HttpError } from "../errors.js";
import type { ServerKeyKind, ServerKeysVerdict } from "../model/server-keys/server-key-set.js";
import { verifyServerKeys } from "../model/server-keys/verify-server-keys.js";
import { isUnknownEndpoint } from "./http.js";
import { readJsonBody } from "./read-body.js";
import { type AskContext, askWithoutToken } from "./reading/ask-without-token.js";
import { publicAddress } from "./reading/public-address.js";

/** How {@link fetchServerKeys} asks. Everything but `kind` has a default. */
export interface FetchServerKeysOptions {
  /** Which list to ask for. */
  readonly kind: ServerKeyKind;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** The clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Hosts, with or without a port, that are asked although they are not public ones. */
  readonly named?: readonly string[];
  readonly signal?: AbortSignal;
}

const timeoutMs = 10_000;
const maxAnswerBytes = 128 * 1024;
const federationPort = 8448;
const serverNameGrammar = /^(?:[0-9A-Za-z.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const hasPort = /:[0-9]{1,5}$/;

/** Where each list is served, the address of the finished proposal before that of the draft. */
const prefixes: Readonly<Record<ServerKeyKind, readonly string[]>> = {
  "all-purpose": ["v2"],
  scoped: ["v3", "unstable/org.matrix.msc4100"],
};

/**
 * Fetches a server's signing keys from the server itself and verifies the answer. Two requests at most, three for scoped keys.
 *
 * The server is found as other servers find it, but for SRV records, which pages cannot read: at the port in its name, else where
 * `/.well-known/matrix/server` says, else at port 8448. https vouches that the answer is the server's. No
 * notary is asked: it would be trusted alone.
 *
 * From a page: Synapse lets every origin read its keys, but neither other servers nor what stands before them need to, nor need
 * `/.well-known/matrix/server` be readable, and then a server that delegates is not found. A refusal looks like a fault of the
 * network. A `fetch` that goes through your own backend reaches all; then that backend vouches in https' stead.
 *
 * @param serverName as in user IDs, port included: the caller's choice, since the server learns who asks
 * @throws CountersignError `ERR_OPTION_INVALID` for what is no server name, or leads to a host that is neither public nor named,
 *   `ERR_ABORTED`; HttpError `ERR_HTTP_NETWORK`, `ERR_HTTP_TIMEOUT`, `ERR_HTTP_STATUS` (404: it has no such list),
 *   `ERR_HTTP_RATE_LIMITED`, `ERR_HTTP_NOT_JSON`, `ERR_HTTP_TOO_LARGE`
 * @see Matrix specification, server-server API, "Resolving server names", `GET /_matrix/key/v2/server`; MSC4100
 */
export async function fetchServerKeys(serverName: string, options: FetchServerKeysOptions): Promise<ServerKeysVerdict> {
  const { kind, now = Date.now, named = [], signal = new AbortController().signal } = options;
  if (!serverNameGrammar.test(serverName) || !Object.hasOwn(prefixes, kind)) throw notAskable();
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init));
  const context: AskContext = { http: { fetch: send }, signal };
  const { origin } = await locate(serverName, named, context);
  const [first = "", ...others] = prefixes[kind].map((prefix) => new URL(`${origin}/_matrix/key/${prefix}/server`));
  const read = (url: URL | string): Promise<unknown> =>
    askWithoutToken(new URL(url), (response) => readJsonBody(response, maxAnswerBytes), timeoutMs, context);
  const answer = await read(first).catch((error: unknown) => {
    const [other] = others;
    if (other && isUnknownEndpoint(error)) return read(other);
    throw error;
  });
  return verifyServerKeys(answer, { serverName, kind, now: now() });
}

async function locate(serverName: string, named: readonly string[], context: AskContext): Promise<URL> {
  if (hasPort.test(serverName)) return askable(serverName, named);
  const wellKnown = publicAddress(`https://${serverName}/.well-known/matrix/server`, named);
  if (!wellKnown) throw notAskable();
  const delegate = await readDelegate(wellKnown, context);
  return askable(delegate ?? serverName, named);
}

/** Whom the server names in its stead; `undefined` where it names nobody, in a way that can be read. */
async function readDelegate(wellKnown: URL, context: AskContext): Promise<string | undefined> {
  try {
    const read = (response: Response): Promise<unknown> => readJsonBody(response, maxAnswerBytes);
    const answer = await askWithoutToken(wellKnown, read, timeoutMs, context);
    const delegate = isJsonObject(answer) && Object.hasOwn(answer, "m.server") ? answer["m.server"] : undefined;
    return typeof delegate === "string" && serverNameGrammar.test(delegate) ? delegate : undefined;
  } catch (error) {
    if (error instanceof HttpError) return undefined;
    throw error;
  }
}

function askable(serverName: string, named: readonly string[]): URL {
  const address = publicAddress(`https://${serverName}${hasPort.test(serverName) ? "" : `:${federationPort}`}/`, named);
  if (!address) throw notAskable();
  return address;
}

function notAskable(): CountersignError {
  return new CountersignError("ERR_OPTION_INVALID", "expected the name of a public server, or of one that was named");
}

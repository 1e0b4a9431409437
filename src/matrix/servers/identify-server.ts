import { isJsonObject } from "../../encoding/json-object.js";
import type { MatrixHttp } from "../http.js";
import { readJsonBody } from "../read-body.js";
import { knownServers, type ServerFacts } from "./server-facts.js";

/** A homeserver as it names itself, which is all that is known of it: a proxy may say something else. */
export interface ServerIdentity {
  /** In lower case. */
  readonly name: string;
  readonly version: string;
  /** Absent where the server is none of those that are known. */
  readonly facts?: ServerFacts;
}

const timeoutMs = 5_000;
const maxBytes = 16 * 1024;
const headerGrammar = /^([A-Za-z][\w-]{0,63})\/(\d{1,6})\.(\d{1,6})(\S{0,64})/;

/** Programs that stand before a server and write their own name into its answers. */
const proxies: ReadonlySet<string> = new Set(
  "nginx openresty apache caddy cloudflare haproxy traefik envoy istio-envoy awselb gws".split(" "),
);

/**
 * What the own homeserver says it is: by its `Server` header, else by asking for its federation version, without a token.
 *
 * What it says is believed for choosing routes and for what is marked as inferred, for nothing else.
 *
 * @param baseUrl base URL of the client API
 * @returns `undefined` where the server does not say
 */
export async function identifyServer(
  http: MatrixHttp,
  baseUrl: string,
  signal: AbortSignal,
): Promise<ServerIdentity | undefined> {
  const byHeader = readServerName(http.serverHeader);
  if (byHeader?.facts) return byHeader;
  const byVersion = await askFederationVersion(http, baseUrl, signal);
  return byVersion ?? (byHeader && !proxies.has(byHeader.name) ? byHeader : undefined);
}

/** The name and version in a `Server` header such as `Synapse/1.163.2 (b=…)`, with what is known of such a server. */
export function readServerName(header: string | undefined): ServerIdentity | undefined {
  const [, name, major, minor, rest = ""] = headerGrammar.exec(header ?? "") ?? [];
  if (name === undefined) return undefined;
  const facts = factsOf(name.toLowerCase(), Number(major), Number(minor));
  return { name: name.toLowerCase(), version: `${major}.${minor}${rest}`, ...(facts && { facts }) };
}

function factsOf(name: string, major: number, minor: number): ServerFacts | undefined {
  return knownServers.find(
    (row) =>
      row.name === name && (!row.below || major < row.below[0] || (major === row.below[0] && minor < row.below[1])),
  );
}

async function askFederationVersion(
  http: MatrixHttp,
  baseUrl: string,
  signal: AbortSignal,
): Promise<ServerIdentity | undefined> {
  try {
    const response = await http.fetch(`${baseUrl.replace(/\/+$/, "")}/_matrix/federation/v1/version`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    const { server } = response.ok ? await readJsonBody(response, maxBytes) : {};
    if (!isJsonObject(server) || typeof server.name !== "string" || typeof server.version !== "string")
      return undefined;
    return readServerName(`${server.name}/${server.version}`);
  } catch {
    // A server that does not say, or a page that may not ask: nothing is known then.
    return undefined;
  }
}

import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { HttpError } from "../../errors.js";
import { manifestName } from "../../model/manifest/manifest.js";
import { serverNameOf } from "../../model/user-id.js";
import { isUnknownEndpoint, path } from "../http.js";
import { readJsonBody } from "../read-body.js";
import { type AskContext, askWithoutToken } from "./ask-without-token.js";
import { answerOfFailure, answerOfField, type FieldAnswer, fieldLimits, isServerDown } from "./field-answer.js";
import { publicAddress } from "./public-address.js";

const { timeoutMs, maxResponseBytes } = fieldLimits;

/** A host with or without a port, and nothing else that an address can hold. */
const serverNameGrammar = /^(?:[0-9A-Za-z.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * Asks owners' own homeservers for their profile fields, without a token.
 *
 * The address comes from the owner's user ID and from what that server says of itself, both a stranger's data: each is
 * judged before it is asked. One discovery for each server.
 *
 * @param named hosts that are asked although they are not public ones: see `publicAddress`
 * @param downServers server names that nobody waits for twice; those found are added
 * @see Matrix specification, client-server API, "Well-known URI"
 */
export function createDirectReader(
  named: readonly string[],
  downServers: Set<string>,
  context: AskContext,
): (userId: string) => Promise<FieldAnswer> {
  const discoveries = new Map<string, Promise<URL | undefined>>();
  return async (userId) => {
    const server = serverNameOf(userId);
    const discovery = discoveries.get(server) ?? discover(server, named, context);
    discoveries.set(server, discovery);
    const base = await discovery;
    if (!base || downServers.has(server)) return { problem: "manifest-unavailable" };
    try {
      return await getProfileField(base, userId, context);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (isServerDown(error) || error.code === "ERR_HTTP_NETWORK") downServers.add(server);
      return answerOfFailure(error);
    }
  };
}

/** Where the client API of a server is: as it says itself, else at its name. Rejects on abort alone. */
async function discover(server: string, named: readonly string[], context: AskContext): Promise<URL | undefined> {
  if (!serverNameGrammar.test(server)) return undefined;
  const byName = publicAddress(`https://${server}/`, named);
  const host = server.replace(/:[0-9]+$/, "");
  const wellKnown = publicAddress(`https://${host}/.well-known/matrix/client`, named);
  // Named with its port alone: no other port of that host is asked.
  if (!byName || !wellKnown) return byName;
  try {
    const answer = await askWithoutToken(wellKnown, (body) => readJsonBody(body, maxResponseBytes), timeoutMs, context);
    const baseUrl = own(own(answer, "m.homeserver"), "base_url");
    return typeof baseUrl === "string" ? publicAddress(baseUrl, named) : undefined;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    // The port in a server's name is for other servers and often for clients too; such a host may have no port 443 at all.
    const isElsewhere = error.code === "ERR_HTTP_NETWORK" && host !== server;
    return error.status === 404 || isElsewhere ? byName : undefined;
  }
}

async function getProfileField(base: URL, userId: string, context: AskContext): Promise<FieldAnswer> {
  const root = base.pathname.replace(/\/+$/, "");
  const ask = async (prefix: string): Promise<FieldAnswer> => {
    // Put together as text: resolved against the base, a path that begins with `//` would name another host.
    const url = new URL(`${base.origin}${root}/_matrix/client/${prefix}${path("profile", userId, manifestName)}`);
    const body = await askWithoutToken(url, (answer) => readJsonBody(answer, maxResponseBytes), timeoutMs, context);
    return answerOfField(own(body, manifestName));
  };
  try {
    return await ask("v3").catch((error: unknown) => {
      if (isUnknownEndpoint(error)) return ask("unstable/uk.tcpip.msc4133");
      throw error;
    });
  } catch (error) {
    // Something that is no homeserver: of the manifest nothing is known.
    if (isUnknownEndpoint(error) && error.errcode === undefined) return { problem: "manifest-unavailable" };
    throw error;
  }
}

function own(object: unknown, name: string): unknown {
  return isJsonObject(object) && Object.hasOwn(object, name) ? (object as JsonObject)[name] : undefined;
}

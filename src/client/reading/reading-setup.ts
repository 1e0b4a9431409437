import { ownUserId } from "../../matrix/own-user-id.js";
import type { FetchOptions } from "../options.js";
import type { Session } from "../session.js";
import type { ReadingContext, ReadingSources } from "./fetch-identities.js";

/** Where an instance looks for manifests, and what a call says about it. */
export function readingSources(
  { rooms, direct, bundles, offline, store, vouchingUsers }: Session,
  { fresh = false, keys }: FetchOptions = {},
): ReadingSources {
  return {
    rooms: [...rooms],
    direct,
    bundles,
    vouchingUsers: [...vouchingUsers.keys()],
    offline,
    memory: store,
    fields: store,
    fresh: fresh && !offline,
    keys,
  };
}

/** What an instance reads with. */
export function readingContext({ http, now, client }: Session, signal: AbortSignal): ReadingContext {
  return { http, now, signal, reader: ownUserId(client) };
}

import { ownUserId } from "../../matrix/own-user-id.js";
import type { Session } from "../session.js";
import type { ReadingContext, ReadingSources } from "./fetch-identities.js";

/** Where an instance looks for manifests. */
export function readingSources({ rooms, direct, bundles, store }: Session): ReadingSources {
  return { rooms: [...rooms], direct, bundles, memory: store, fields: store };
}

/** What an instance reads with. */
export function readingContext({ http, now, client }: Session, signal: AbortSignal): ReadingContext {
  return { http, now, signal, reader: ownUserId(client) };
}

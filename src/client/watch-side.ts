/**
 * Watching for an instance: loaded when it is first asked for.
 */
import { waitMs } from "../matrix/retry.js";
import type { UserChange } from "../matrix/watch/watch-event.js";
import type { SignedIdentity } from "../model/identity.js";
import type { Session } from "./session.js";
import { startWatching, type Watching, type WatchOptions } from "./watch.js";

/** What an instance does about what is seen. */
export interface WatchHandlers {
  readonly fetch: (userIds: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, SignedIdentity>>;
  readonly carryOver: (roomId: string, replacement: string) => Promise<unknown>;
  readonly changed: (change: Omit<UserChange, "kind">) => void;
  readonly upgraded: (upgrade: { readonly roomId: string; readonly replacement: string }) => void;
}

/** {@link startWatching} with what an instance has, and carries the own manifest over when a room is upgraded. */
export function watchUsers(
  { client, store, httpOptions, rooms }: Session,
  userIds: readonly string[],
  options: WatchOptions,
  { fetch, carryOver, changed, upgraded }: WatchHandlers,
): Watching {
  const { random = Math.random, wait = waitMs } = httpOptions;
  return startWatching(
    {
      client,
      random,
      wait,
      fetch,
      forget: (ids) => store.deleteFields(ids),
      emit(event) {
        if (event.kind === "user") return changed({ userId: event.userId, source: event.source });
        const { roomId, replacement } = event;
        upgraded({ roomId, replacement });
        // Who has not joined the new room yet calls it again then: see the event.
        carryOver(roomId, replacement).catch(() => undefined);
      },
    },
    userIds,
    { ...options, rooms: options.rooms ?? [...rooms] },
  );
}

/**
 * Watching for an instance: loaded when it is first asked for.
 */
import { ownUserId } from "../../matrix/own-user-id.js";
import { waitMs } from "../../matrix/retry.js";
import type { UserChange } from "../../matrix/watch/watch-event.js";
import type { SignedIdentity } from "../../model/identity.js";
import type { Session } from "../session.js";
import { startWatching, type Watching, type WatchOptions } from "./watch.js";

/** What an instance does about what is seen. */
export interface WatchHandlers {
  readonly fetch: (userIds: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, SignedIdentity>>;
  readonly carryOver: (roomId: string, replacement: string) => Promise<boolean>;
  readonly changed: (change: Omit<UserChange, "kind">) => void;
  readonly upgraded: (upgrade: { readonly roomId: string; readonly replacement: string }) => void;
}

/**
 * {@link startWatching} with what an instance has. Carries the own manifest over when a room is upgraded: at once, and again
 * when the user joins a room, since most are invited to the new one only after the old one was closed.
 */
export function watchUsers(
  { client, store, httpOptions, rooms }: Session,
  userIds: readonly string[],
  options: WatchOptions,
  { fetch, carryOver, changed, upgraded }: WatchHandlers,
): Watching {
  const { random = Math.random, wait = waitMs } = httpOptions;
  const own = ownUserId(client);
  const replaced = new Map<string, string>();
  const carryAllOver = (): void => {
    for (const [roomId, replacement] of replaced) {
      const carried = carryOver(roomId, replacement).then((isThere) => isThere && replaced.delete(roomId));
      carried.catch(() => undefined);
    }
  };
  return startWatching(
    {
      client,
      random,
      wait,
      fetch,
      forget: (ids) => store.deleteFields(ids),
      emit(event) {
        if (event.kind === "user") {
          const { userId, source } = event;
          if (userId === own && source === "membership") carryAllOver();
          return changed({ userId, source });
        }
        const { roomId, replacement } = event;
        upgraded({ roomId, replacement });
        replaced.set(roomId, replacement);
        carryAllOver();
      },
    },
    userIds,
    { ...options, rooms: options.rooms ?? [...rooms] },
  );
}

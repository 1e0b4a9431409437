import { tell } from "../../model/tell.js";
import { isUserId } from "../../model/user-id.js";
import type { MatrixClientLike } from "../client-like.js";
import { ownUserId } from "../own-user-id.js";
import type { SyncObserver } from "../sync-observer.js";
import { readRoomChange } from "./room-change.js";
import type { ChangeSource, WatchEvent } from "./watch-event.js";

/** What to listen to. */
export interface ChangeListeners {
  /** The rooms chosen for manifests, by room ID. */
  readonly rooms: ReadonlySet<string>;
  readonly observer?: SyncObserver | undefined;
  readonly onChange: (event: WatchEvent) => void;
}

/**
 * Listens to what a syncing matrix-js-sdk client says about users' keys and the state of chosen rooms. Makes no request.
 *
 * Everything told is a hint: nothing is verified, and the same change may be told more than once. A client without `on` is
 * silent.
 *
 * @returns ends it
 * @throws CountersignError `ERR_CLIENT_INVALID` for a client that is not logged in
 */
export function watchChanges(client: MatrixClientLike, { rooms, observer, onChange }: ChangeListeners): () => void {
  const own = ownUserId(client);
  const user = (userId: unknown, source: ChangeSource): void => {
    if (typeof userId === "string" && isUserId(userId)) tell(() => onChange({ kind: "user", userId, source }));
  };
  const listeners: Readonly<Record<string, (...details: unknown[]) => void>> = {
    userTrustStatusChanged: (userId) => user(userId, "trust-status"),
    "crossSigning.keysChanged": () => user(own, "own-keys"),
    "RoomState.events": (event, _state, previous) =>
      tell(() => {
        const change = readRoomChange(event, previous, rooms);
        if (change) onChange(change);
      }),
  };
  for (const [name, listener] of Object.entries(listeners)) client.on?.(name, listener);
  const stopObserving = observer?.onChanged((userIds) => {
    for (const userId of userIds) user(userId, "device-lists");
  });
  return () => {
    for (const [name, listener] of Object.entries(listeners)) client.off?.(name, listener);
    stopObserving?.();
  };
}

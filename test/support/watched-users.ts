import type { MatrixClient } from "matrix-js-sdk";
import { expect, vi } from "vitest";
import { createIdentity, type MatrixUser, registerUser } from "../../examples/shared/matrix-user.js";
import { createHttp } from "../../src/matrix/http.js";
import { prepareRoom } from "../../src/matrix/prepare-room.js";
import { createSyncObserver, type SyncObserver } from "../../src/matrix/sync-observer.js";
import { watchChanges } from "../../src/matrix/watch/watch-changes.js";
import type { WatchEvent } from "../../src/matrix/watch/watch-event.js";
import { knowsIdentityOf, shareEncryptedRoom } from "./encrypted-room.js";

/** The state event that holds a manifest; the SDK's types know standard ones alone. */
export const manifestEvent = "org.matrix.msc2961.signatures";

/** An owner, and a reader whose client syncs and is listened to. */
export interface WatchedUsers {
  readonly owner: MatrixUser;
  readonly reader: MatrixUser;
  /** The room of both, chosen for manifests; its members may write theirs. */
  readonly roomId: string;
  /** Of the reader's `/sync`. */
  readonly observer: SyncObserver;
  readonly told: readonly WatchEvent[];
  /** Waits until all this was told. What was told before is forgotten then. */
  tells(...events: readonly WatchEvent[]): Promise<void>;
  stop(): void;
}

/** Two users of real matrix-js-sdk in an encrypted room on the homeserver, the reader watching. */
export async function watchedUsers(baseUrl: string): Promise<WatchedUsers> {
  const observer = createSyncObserver();
  const owner = await registerUser(baseUrl, `owner-${crypto.randomUUID()}`);
  const reader = await registerUser(baseUrl, `reader-${crypto.randomUUID()}`, { fetchFn: observer.wrap() });
  for (const user of [owner, reader]) {
    await createIdentity(user);
    await user.client.startClient();
  }
  const roomId = await shareEncryptedRoom(owner, reader);
  const http = createHttp(owner.client, {}, new AbortController().signal);
  expect(await prepareRoom(http, roomId, owner.userId, { apply: true })).toMatchObject({ ready: true });
  await Promise.all([knowsIdentityOf(owner, reader), knowsIdentityOf(reader, owner)]);
  const told: WatchEvent[] = [];
  const rooms = new Set([roomId]);
  const stop = watchChanges(reader.client, { rooms, observer, onChange: (event) => told.push(event) });
  return {
    owner,
    reader,
    roomId,
    observer,
    told,
    async tells(...events) {
      await vi.waitFor(() => expect(told).toEqual(expect.arrayContaining([...events])), 20_000);
      told.length = 0;
    },
    stop() {
      stop();
      for (const { client } of [owner, reader]) client.stopClient();
    },
  };
}

/** Writes a state event of any type. */
export function writeState(
  client: MatrixClient,
  roomId: string,
  type: string,
  content: object,
  stateKey = "",
): Promise<{ event_id: string }> {
  return client.sendStateEvent(roomId, type as never, content as never, stateKey);
}

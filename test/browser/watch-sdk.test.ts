import type { MatrixClient } from "matrix-js-sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createIdentity } from "../../examples/shared/matrix-user.js";
import { manifestEvent, type WatchedUsers, watchedUsers, writeState } from "../support/watched-users.js";

const running: WatchedUsers[] = [];

afterEach(() => {
  for (const users of running.splice(0)) users.stop();
});

async function watched(): Promise<WatchedUsers> {
  const users = await watchedUsers(`${location.origin}/_homeserver/msc2961/${crypto.randomUUID()}`);
  running.push(users);
  return users;
}

const change = (userId: string, source: "trust-status" | "own-keys" | "device-lists" | "room-state" | "membership") =>
  ({ kind: "user", userId, source }) as const;

const writeManifest = (client: MatrixClient, roomId: string, sequence: number) =>
  writeState(client, roomId, manifestEvent, { sequence }, client.getSafeUserId());

describe("a syncing matrix-js-sdk client lets the watcher tell", () => {
  it("of new keys of another user, from /sync and from the crypto stack, and of own ones", async () => {
    const { owner, reader, tells } = await watched();
    await createIdentity(owner, true);
    await tells(change(owner.userId, "device-lists"), change(owner.userId, "trust-status"));
    await createIdentity(reader, true);
    await tells(change(reader.userId, "own-keys"));
  });

  it("of a manifest that is written, replaced and redacted in the chosen room, and in no other", async () => {
    const { owner, reader, roomId, told, tells } = await watched();
    const { room_id: other } = await owner.client.createRoom({ invite: [reader.userId] });
    await reader.client.joinRoom(other);
    await writeManifest(owner.client, other, 1);
    await vi.waitFor(() => {
      const held = reader.client.getRoom(other)?.currentState.getStateEvents(manifestEvent, owner.userId);
      expect(held?.getContent()).toEqual({ sequence: 1 });
    }, 10_000);
    expect(told).not.toContainEqual(change(owner.userId, "room-state"));
    await writeManifest(owner.client, roomId, 1);
    await tells(change(owner.userId, "room-state"));
    const { event_id: eventId } = await writeManifest(owner.client, roomId, 2);
    await tells(change(owner.userId, "room-state"));
    await owner.client.redactEvent(roomId, eventId);
    await tells(change(owner.userId, "room-state"));
  });

  it("of an owner who leaves the room, and of the room that replaces it", async () => {
    const { owner, roomId, tells } = await watched();
    await writeState(owner.client, roomId, "m.room.tombstone", { replacement_room: "!next:example.org" });
    await tells({ kind: "room-upgraded", roomId, replacement: "!next:example.org" });
    await owner.client.leave(roomId);
    await tells(change(owner.userId, "membership"));
  });
});

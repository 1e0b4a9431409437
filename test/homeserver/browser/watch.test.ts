import type { MatrixClient } from "matrix-js-sdk";
import { afterEach, describe, expect, inject, it } from "vitest";
import { createIdentity } from "../../../examples/shared/matrix-user.js";
import { createHttp } from "../../../src/matrix/http.js";
import { prepareRoom } from "../../../src/matrix/prepare-room.js";
import { watchChanges } from "../../../src/matrix/watch/watch-changes.js";
import type { ChangeSource, WatchEvent } from "../../../src/matrix/watch/watch-event.js";
import { manifestEvent, type WatchedUsers, watchedUsers, writeState } from "../../support/watched-users.js";

const running: WatchedUsers[] = [];

afterEach(() => {
  for (const users of running.splice(0)) users.stop();
});

const change = (userId: string, source: ChangeSource): WatchEvent => ({ kind: "user", userId, source });

const writeManifest = (client: MatrixClient, roomId: string, sequence: number) =>
  writeState(client, roomId, manifestEvent, { sequence }, client.getSafeUserId());

describe.each(["1.163.2", "1.152.1"] as const)("a matrix-js-sdk client syncing with Synapse %s", (version) => {
  async function watched(): Promise<WatchedUsers> {
    const users = await watchedUsers(inject("synapse").urls[version]);
    running.push(users);
    return users;
  }

  it("lets the watcher tell of new keys, manifests, and who leaves", async () => {
    const { owner, reader, roomId, tells } = await watched();
    await createIdentity(owner, true);
    await tells(change(owner.userId, "device-lists"), change(owner.userId, "trust-status"));
    await createIdentity(reader, true);
    await tells(change(reader.userId, "own-keys"));
    const { event_id: eventId } = await writeManifest(owner.client, roomId, 1);
    await tells(change(owner.userId, "room-state"));
    await owner.client.redactEvent(roomId, eventId);
    await tells(change(owner.userId, "room-state"));
    await owner.client.leave(roomId);
    await tells(change(owner.userId, "membership"));
  });

  it("shows an upgraded room, whose successor takes the members' manifests again", async () => {
    const { owner, reader, roomId, tells } = await watched();
    // The reader's own, who is a plain member: the room's creator would write it anywhere.
    await writeManifest(reader.client, roomId, 1);
    await tells(change(reader.userId, "room-state"));
    const { replacement_room: replacement } = await owner.client.upgradeRoom(roomId, "11");
    await tells({ kind: "room-upgraded", roomId, replacement });

    await owner.client.invite(replacement, reader.userId);
    await reader.client.joinRoom(replacement);
    const http = createHttp(reader.client, {}, new AbortController().signal);
    expect(await prepareRoom(http, replacement, reader.userId)).toMatchObject({ ready: true, remarks: [] });
    await expect(reader.client.getStateEvent(replacement, manifestEvent, reader.userId)).rejects.toMatchObject({
      errcode: "M_NOT_FOUND",
    });
    const told: WatchEvent[] = [];
    const stop = watchChanges(reader.client, {
      rooms: new Set([replacement]),
      onChange: (event) => told.push(event),
    });
    await writeManifest(reader.client, replacement, 2);
    await expect.poll(() => told, { timeout: 20_000 }).toContainEqual(change(reader.userId, "room-state"));
    stop();
  });
});

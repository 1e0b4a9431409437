import type { MatrixClient } from "matrix-js-sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cryptoOf } from "../../../examples/shared/matrix-user.js";
import { hasVerified, knowsIdentityOf, shareEncryptedRoom } from "../../support/encrypted-room.js";
import { acrossServers, roomWithOpenState, userOn } from "../../support/federated-users.js";
import { verifyByEmoji } from "../../support/verify-by-emoji.js";

const manifestType = "org.matrix.msc2961.signatures";
const running: MatrixClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.stopClient();
});

describe.each(acrossServers)("an owner on Synapse $ownerOn, a reader on $readerOn", ({ ownerOn, readerOn }) => {
  it("Element's stack sees the identity of a user of the other server, and verifies it", async () => {
    const [owner, reader] = [await userOn(ownerOn, "owner"), await userOn(readerOn, "reader")];
    expect(await cryptoOf(reader.client).userHasCrossSigningKeys(owner.userId, true)).toBe(true);
    for (const { client } of [owner, reader]) {
      running.push(client);
      await client.startClient();
    }
    const roomId = await shareEncryptedRoom(owner, reader);
    await Promise.all([knowsIdentityOf(owner, reader), knowsIdentityOf(reader, owner)]);
    await verifyByEmoji(reader, owner, roomId);
    await Promise.all([hasVerified(owner, reader), hasVerified(reader, owner)]);
  });

  it("one request to the reader's server shows what the owner wrote into a room of both", async () => {
    const [owner, reader] = [await userOn(ownerOn, "owner"), await userOn(readerOn, "reader")];
    const roomId = await roomWithOpenState(reader, [owner], manifestType);
    const url = `${owner.client.getHomeserverUrl()}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state`;
    const written = await fetch(`${url}/${manifestType}/${encodeURIComponent(owner.userId)}`, {
      method: "PUT",
      headers: { Authorization: `Bearer ${owner.client.getAccessToken()}` },
      body: JSON.stringify({ sequence: 1 }),
    });
    expect(written.status).toBe(200);
    await vi.waitFor(async () => {
      const event = { type: manifestType, sender: owner.userId, state_key: owner.userId, content: { sequence: 1 } };
      expect(await reader.client.roomState(roomId)).toContainEqual(expect.objectContaining(event));
    }, 20_000);
  });
});

import type { MatrixClient } from "matrix-js-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { cryptoOf } from "../../../examples/shared/matrix-user.js";
import { hasVerified, knowsIdentityOf, shareEncryptedRoom } from "../../support/encrypted-room.js";
import { acrossServers, userOn } from "../../support/federated-users.js";
import { verifyByEmoji } from "../../support/verify-by-emoji.js";

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
});

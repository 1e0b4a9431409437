import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createIdentity, type MatrixUser, registerUser } from "../../../examples/shared/matrix-user.js";
import { hasVerified, knowsIdentityOf, shareEncryptedRoom } from "../../support/encrypted-room.js";
import { verdictOn } from "../../support/two-sides.js";
import { verifyByEmoji } from "../../support/verify-by-emoji.js";
import { publishingOwner, waysToPublish } from "../../support/ways-to-publish.js";

describe("on a real Synapse 1.163.2", () => {
  const baseUrl = inject("synapse").urls["1.163.2"];
  let reader: MatrixUser;

  beforeAll(async () => {
    reader = await registerUser(baseUrl, `reader-${crypto.randomUUID()}`);
    await createIdentity(reader);
    await reader.client.startClient();
  });

  afterAll(() => reader.client.stopClient());

  it.each(waysToPublish)("Element's stack sees and verifies a user who published by %s", async (way) => {
    const { owner, reading } = await publishingOwner(way, baseUrl, reader);
    // Synapse takes no key twice; the attempt harms nothing.
    const level = way === "upload-once-more" ? "unproven" : "trusted";
    expect(await verdictOn(reading, owner.userId)).toMatchObject({ level });
    const roomId = await shareEncryptedRoom(reader, owner);
    await Promise.all([knowsIdentityOf(reader, owner), knowsIdentityOf(owner, reader)]);
    await verifyByEmoji(reader, owner, roomId);
    await Promise.all([hasVerified(reader, owner), hasVerified(owner, reader)]);
    expect(await verdictOn(reading, owner.userId)).toMatchObject({ level });
  });
});

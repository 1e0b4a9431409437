import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProfileName } from "../../examples/homeserver/profiles.js";
import { createIdentity, type MatrixUser, registerUser } from "../../examples/shared/matrix-user.js";
import { hasVerified, knowsIdentityOf, shareEncryptedRoom } from "../support/encrypted-room.js";
import { roomWithOpenState } from "../support/federated-users.js";
import { verdictOn } from "../support/two-sides.js";
import { verifyByEmoji } from "../support/verify-by-emoji.js";
import { publishingOwner, type WayToPublish, waysToPublish } from "../support/ways-to-publish.js";

/** What a server of this kind does not take, each way tried all the same. */
const refused: Readonly<Record<ProfileName, readonly WayToPublish[]>> = {
  msc2961: [],
  "synapse-strict": ["signatures-upload", "upload-once-more"],
  "synapse-1.161": ["upload-once-more"],
  dendrite: ["profile-field"],
  continuwuity: [],
  tuwunel: ["signatures-upload"],
  "silent-drop": ["signatures-upload"],
};

describe.each(Object.keys(refused) as ProfileName[])("on a server like %s", (profile) => {
  const baseUrl = `${location.origin}/_homeserver/${profile}/${crypto.randomUUID()}`;
  let reader: MatrixUser;

  beforeAll(async () => {
    reader = await registerUser(baseUrl, "reader");
    await createIdentity(reader);
    await reader.client.startClient();
  });

  afterAll(() => reader.client.stopClient());

  it.each(waysToPublish)("Element's stack sees and verifies a user who published by %s", async (way) => {
    const { owner, reading } = await publishingOwner(way, baseUrl, reader);
    const level = refused[profile].includes(way) ? "unproven" : "trusted";
    expect(await verdictOn(reading, owner.userId)).toMatchObject({ level });
    const roomId = await shareEncryptedRoom(reader, owner);
    await Promise.all([knowsIdentityOf(reader, owner), knowsIdentityOf(owner, reader)]);
    await verifyByEmoji(reader, owner, roomId);
    // Continuwuity tells nobody of a signature: both look when something else changes, such as a room that they share.
    if (profile === "continuwuity") await roomWithOpenState(reader, [owner]);
    await Promise.all([hasVerified(reader, owner), hasVerified(owner, reader)]);
  });
});

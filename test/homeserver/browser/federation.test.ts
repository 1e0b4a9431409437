import type { MatrixClient } from "matrix-js-sdk";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { cryptoOf, type MatrixUser } from "../../../examples/shared/matrix-user.js";
import { hasVerified, knowsIdentityOf, shareEncryptedRoom } from "../../support/encrypted-room.js";
import { acrossServers, roomWithOpenState, userOn } from "../../support/federated-users.js";
import { recordedFetch } from "../../support/recorded-fetch.js";
import { restartSynapse } from "../../support/restart-synapse.js";
import { manifestName } from "../../support/served-manifest.js";
import { ownSide, readingSide, serverOf, verdictOn } from "../../support/two-sides.js";
import { verifyByEmoji } from "../../support/verify-by-emoji.js";
import { stampVoucher } from "../../support/voucher.js";

/** What one server sends the other may take a moment. */
const patient = { timeout: 20_000, interval: 100 };
const running: MatrixClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.stopClient();
});

/** Waits until the reader's server has the owner's manifest in the room as it was written last. */
async function arrives(
  reader: MatrixUser,
  roomId: string,
  owner: MatrixUser,
  isLast: (external: object) => boolean,
): Promise<void> {
  await vi.waitFor(async () => {
    const state = await reader.client.roomState(roomId);
    const written = state.find(({ type, state_key }) => type === manifestName && state_key === owner.userId);
    const external: unknown = written?.content.external;
    expect(typeof external === "object" && external !== null && isLast(external)).toBe(true);
  }, patient);
}

describe.each(acrossServers)("an owner on Synapse $ownerOn, a reader on $readerOn", ({ ownerOn, readerOn }) => {
  let owner: MatrixUser;
  let reader: MatrixUser;

  beforeAll(async () => {
    [owner, reader] = [await userOn(ownerOn, "owner"), await userOn(readerOn, "reader")];
  });

  it("a profile field shows the vouch to everybody, as the reader's account proves, until it is taken back", async () => {
    const company = await stampVoucher();
    const own = await ownSide(owner, company);
    const { fetch, taken } = recordedFetch();
    const reading = await readingSide(reader, company, serverOf(owner), { http: { fetch } });
    const receipt = await own.publish(await company.vouchFor(own), { observer: reader.client });
    expect(receipt).toMatchObject({ published: true, visibleTo: "everyone", advice: [] });
    expect(receipt.routes.at(-1)).toEqual({
      route: "profile-field",
      accepted: true,
      stored: true,
      visibleTo: "everyone",
      proof: "observed",
      recall: "removable",
      remarks: ["needs-profile-fields"],
    });
    // What 1.163.2 shows by accident, to other servers too, is never called visible.
    expect(receipt.routes[0]).toMatchObject(
      ownerOn === "1.163.2" ? { stored: true, visibleTo: "uploader" } : { stored: false, visibleTo: "nobody" },
    );
    expect(await verdictOn(reading, owner.userId)).toMatchObject({ level: "trusted", problems: [] });
    expect(taken()).toEqual([
      "POST /_matrix/client/v3/keys/query",
      `GET /_matrix/client/v3/profile/${owner.userId}/${manifestName}`,
    ]);
    const { listed } = await own.withdraw(receipt.keyId);
    expect((await verdictOn(reading, owner.userId, { fresh: true })).level).not.toBe("trusted");
    const { withdrawn = [] } = (await reading.fetch([owner.userId])).get(owner.userId) ?? {};
    expect(withdrawn).toEqual(expect.arrayContaining(listed.map((one) => expect.objectContaining(one))));
  });

  it("the state of a room of both shows it, with one request for the room and none for a profile", async () => {
    const company = await stampVoucher();
    const rooms = [await roomWithOpenState(reader, [owner], manifestName)] as const;
    const own = await ownSide(owner, company, { rooms });
    const { fetch, taken } = recordedFetch();
    const reading = await readingSide(reader, company, serverOf(owner), { rooms, http: { fetch } });
    const { routes, keyId } = await own.publish(await company.vouchFor(own), { routes: ["room-state"] });
    // The profile holds a manifest already, which is kept up with this one.
    expect(routes.at(-1)).toMatchObject({ route: "room-state", roomId: rooms[0], stored: true, visibleTo: "room" });
    const asked = ["POST /_matrix/client/v3/keys/query", `GET /_matrix/client/v3/rooms/${rooms[0]}/state`].sort();
    await arrives(reader, rooms[0], owner, (external) => Object.hasOwn(external, keyId));
    const report = { keyId, status: "valid", seenIn: expect.arrayContaining(["room-state"]) };
    expect(await verdictOn(reading, owner.userId)).toMatchObject({
      level: "trusted",
      problems: [],
      reports: expect.arrayContaining([expect.objectContaining(report)]),
    });
    expect(taken().sort()).toEqual(asked);
    await own.withdraw(keyId);
    await arrives(reader, rooms[0], owner, (external) => !Object.hasOwn(external, keyId));
    expect((await verdictOn(reading, owner.userId)).level).not.toBe("trusted");
    expect(taken().sort()).toEqual(asked);
  });

  it("both outlive a restart of Synapse 1.163.2 between publishing and reading", async () => {
    const company = await stampVoucher();
    const rooms = [await roomWithOpenState(reader, [owner], manifestName)] as const;
    const own = await ownSide(owner, company, { rooms });
    const { keyId } = await own.publish(await company.vouchFor(own));
    await arrives(reader, rooms[0], owner, (external) => Object.hasOwn(external, keyId));
    await restartSynapse("1.163.2");
    const byProfile = await readingSide(reader, company, serverOf(owner));
    await vi.waitFor(async () => {
      expect(await verdictOn(byProfile, owner.userId, { fresh: true })).toMatchObject({
        level: "trusted",
        reports: expect.arrayContaining([
          expect.objectContaining({ status: "valid", seenIn: expect.arrayContaining(["profile-field"]) }),
        ]),
      });
    }, patient);
    const byRoom = await readingSide(reader, company, serverOf(owner), { rooms });
    await vi.waitFor(async () => {
      const reports = expect.arrayContaining([
        expect.objectContaining({ status: "valid", seenIn: expect.arrayContaining(["room-state"]) }),
      ]);
      expect(await verdictOn(byRoom, owner.userId)).toMatchObject({ level: "trusted", reports });
    }, patient);
  });

  it("Element's stack sees the identity of a user of the other server who has published, and verifies it", async () => {
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

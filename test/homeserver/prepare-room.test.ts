import { describe, expect, inject, it } from "vitest";
import { createHttp } from "../../src/matrix/http.js";
import { type PrepareRoomOptions, prepareRoom, type RoomReadiness } from "../../src/matrix/prepare-room.js";
import { type Account, as, register } from "./contract/account.js";
import { type Answer, expectOk, type JsonObject } from "./contract/http.js";

const manifest = "org.matrix.msc2961.signatures";
const content = { sequence: 1, external: {} };

const roomPath = (roomId: string, rest: string): string =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${rest}`;

const write = (user: Account, roomId: string): Promise<Answer> =>
  as(user, "PUT", roomPath(roomId, `state/${manifest}/${encodeURIComponent(user.userId)}`), content);

const read = (user: Account, roomId: string, type: string, stateKey = ""): Promise<Answer> =>
  as(user, "GET", roomPath(roomId, `state/${type}/${encodeURIComponent(stateKey)}`));

async function createRoom(creator: Account, members: readonly Account[], more: JsonObject = {}): Promise<string> {
  const body = { preset: "private_chat", invite: members.map(({ userId }) => userId), ...more };
  const roomId = String(
    expectOk(await as(creator, "POST", "/_matrix/client/v3/createRoom", body), "a room").body.room_id,
  );
  for (const member of members) await join(member, roomId);
  return roomId;
}

async function join(user: Account, roomId: string): Promise<void> {
  expectOk(await as(user, "POST", roomPath(roomId, "join"), {}), "joining");
}

function prepareAs({ server, userId, token }: Account, roomId: string, options?: PrepareRoomOptions) {
  const client = {
    getUserId: () => userId,
    getHomeserverUrl: () => server.url,
    getAccessToken: () => token,
    getCrypto: () => undefined,
  };
  const http = createHttp(client, {}, new AbortController().signal);
  return prepareRoom(http, roomId, userId, options) satisfies Promise<RoomReadiness>;
}

describe.each(["1.163.2", "1.152.1"] as const)("on a real Synapse %s", (version) => {
  const newUser = (): Promise<Account> => register({ url: inject("synapse").urls[version] });

  // Version 11 takes the creator out of the first event, version 12 puts creators above all levels.
  it.each(["9", "10", "11", "12"])(
    "lets members write their manifest in a room of version %s",
    async (room_version) => {
      const [admin, member] = [await newUser(), await newUser()];
      const roomId = await createRoom(admin, [member], { room_version });
      const before = expectOk(await read(admin, roomId, "m.room.power_levels"), "power levels").body;
      expect(await write(member, roomId)).toMatchObject({ status: 403 });
      expect(await prepareAs(member, roomId)).toMatchObject({
        ready: false,
        required: 50,
        memberLevel: 0,
        canSet: false,
      });
      await expect(prepareAs(member, roomId, { apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_POWER" });
      expect(await prepareAs(admin, roomId)).toMatchObject({ ready: false, canSet: true, applied: false, remarks: [] });
      expect(await prepareAs(admin, roomId, { apply: true })).toMatchObject({
        ready: true,
        required: 0,
        applied: true,
      });
      expect(expectOk(await read(admin, roomId, "m.room.power_levels"), "power levels").body).toEqual({
        ...before,
        events: { ...(before.events as JsonObject), [manifest]: 0 },
      });
      expectOk(await write(member, roomId), "a member's manifest");
      expect(await read(admin, roomId, manifest, member.userId)).toMatchObject({ status: 200, body: content });
    },
  );

  it("knows nothing of a room that it may not read, and says who left", async () => {
    const [admin, member, stranger] = [await newUser(), await newUser(), await newUser()];
    const roomId = await createRoom(admin, [member]);
    await expect(prepareAs(stranger, roomId)).rejects.toMatchObject({ code: "ERR_ROOM_UNAVAILABLE" });
    await expect(prepareAs(stranger, "!nowhere:example.org")).rejects.toMatchObject({ code: "ERR_ROOM_UNAVAILABLE" });
    expectOk(await as(member, "POST", roomPath(roomId, "leave"), {}), "leaving");
    expect(await prepareAs(member, roomId)).toMatchObject({ canSet: false, remarks: ["not-joined"] });
  });

  it("an upgrade carries power levels over and leaves members' manifests behind", async () => {
    const [admin, member] = [await newUser(), await newUser()];
    const roomId = await createRoom(admin, [member], { room_version: "10" });
    await prepareAs(admin, roomId, { apply: true });
    expectOk(await write(member, roomId), "a member's manifest");
    const upgrade = await as(admin, "POST", roomPath(roomId, "upgrade"), { new_version: "11" });
    const replacement = String(expectOk(upgrade, "an upgrade").body.replacement_room);
    expect(await prepareAs(member, roomId)).toMatchObject({ ready: true, remarks: ["upgraded"], replacement });
    await join(member, replacement).catch(async () => {
      expectOk(await as(admin, "POST", roomPath(replacement, "invite"), { user_id: member.userId }), "an invitation");
      await join(member, replacement);
    });
    expect(await prepareAs(member, replacement)).toMatchObject({ ready: true, required: 0, remarks: [] });
    expect(await read(member, replacement, manifest, member.userId)).toMatchObject({ status: 404 });
    // The old one is still there to be read, and its owner writes it anew.
    expect(await read(member, roomId, manifest, member.userId)).toMatchObject({ status: 200, body: content });
    expectOk(await write(member, replacement), "the manifest in the new room");
  });
});

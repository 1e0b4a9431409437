import { describe, expect, inject, it } from "vitest";
import { createHttp } from "../../src/matrix/http.js";
import { manifestRooms } from "../../src/matrix/manifest-rooms.js";
import { membershipIn } from "../../src/matrix/own-membership.js";
import { type HttpAccount, registerAccount } from "../support/homeserver-account.js";

const name = "org.matrix.msc2961.signatures";

async function joinedRoom(admin: HttpAccount, member: HttpAccount): Promise<string> {
  const { body } = await admin.post("/v3/createRoom", {
    invite: [member.userId],
    power_level_content_override: { events: { [name]: 0 } },
  });
  await member.post(`/v3/rooms/${encodeURIComponent(body.room_id)}/join`);
  return String(body.room_id);
}

const at = (roomId: string, path: string): string => `/v3/rooms/${encodeURIComponent(roomId)}/${path}`;

describe.each(["1.163.2", "1.152.1"] as const)("on a real Synapse %s", (version) => {
  it("one request lists the rooms that hold the own manifest, whether joined, left or banned", async () => {
    const url = inject("synapse").urls[version];
    const [admin, owner] = await Promise.all(
      ["a", "o"].map((who) => registerAccount(url, `${who}${crypto.randomUUID()}`)),
    );
    if (!admin || !owner) throw new Error("no accounts");
    const rooms = { stayed: "", left: "", banned: "", emptied: "", never: "" };
    for (const room of Object.keys(rooms) as (keyof typeof rooms)[]) rooms[room] = await joinedRoom(admin, owner);
    const own = `state/${name}/${encodeURIComponent(owner.userId)}`;
    for (const room of ["stayed", "left", "banned", "emptied"] as const)
      await owner.put(at(rooms[room], own), { sequence: 1 });
    await owner.put(at(rooms.emptied, own), {});
    for (let count = 0; count < 15; count++) {
      await admin.put(at(rooms.stayed, `send/m.room.message/${count}`), { msgtype: "m.text", body: "later" });
    }
    await owner.post(at(rooms.left, "leave"));
    await admin.post(at(rooms.banned, "ban"), { user_id: owner.userId });

    const signal = new AbortController().signal;
    const client = {
      getUserId: () => owner.userId,
      getHomeserverUrl: () => url,
      getAccessToken: () => owner.token,
      getCrypto: () => undefined,
    };
    const context = { http: createHttp(client, {}, signal), signal };
    const found = await manifestRooms(owner.userId, context);
    expect(new Set(found)).toEqual(new Set([rooms.stayed, rooms.left, rooms.banned]));
    expect(await membershipIn(rooms.stayed, owner.userId, context)).toBe("join");
    expect(await membershipIn(rooms.left, owner.userId, context)).toBe("leave");
    expect(await membershipIn(rooms.banned, owner.userId, context)).toBe("ban");
  });
});

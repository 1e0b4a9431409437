import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { type Answer, type Body, type HttpAccount, registerAccount } from "../support/homeserver-account.js";

const manifest = "org.matrix.msc2961.signatures";
const enc = encodeURIComponent;
let listening: Listening;
let count = 0;

beforeAll(async () => {
  listening = await createHomeserver().listen();
});

afterAll(() => listening.close());

const newUser = (): Promise<HttpAccount> => {
  count += 1;
  return registerAccount(listening.url, `user-${count}`);
};

const refusal = ({ status, body }: Answer): string => `${status} ${body.errcode}`;

/** A room in which everybody may write a manifest, with the others in it. */
async function roomOf(creator: HttpAccount, members: HttpAccount[], more: object = {}): Promise<string> {
  const power_level_content_override = { events: { [manifest]: 0, "m.room.tombstone": 100 } };
  const { body } = await creator.post("/v3/createRoom", { power_level_content_override, ...more });
  for (const member of members) await enter(creator, member, body.room_id);
  return body.room_id;
}

async function enter(host: HttpAccount, guest: HttpAccount, roomId: string): Promise<void> {
  await host.post(`/v3/rooms/${enc(roomId)}/invite`, { user_id: guest.userId });
  expect((await guest.post(`/v3/rooms/${enc(roomId)}/join`)).status).toBe(200);
}

const write = (user: HttpAccount, roomId: string, content: object, of = user.userId): Promise<Answer> =>
  user.put(`/v3/rooms/${enc(roomId)}/state/${manifest}/${enc(of)}`, content);

const read = (user: HttpAccount, roomId: string, type: string, stateKey = ""): Promise<Answer> =>
  user.get(`/v3/rooms/${enc(roomId)}/state/${type}/${enc(stateKey)}`);

const stateOf = async (user: HttpAccount, roomId: string): Promise<Body[]> =>
  (await user.get(`/v3/rooms/${enc(roomId)}/state`)).body as unknown as Body[];

describe.each(["10", "12"])("a room of version %s", (room_version) => {
  test("goes on in another, without what its members wrote under their own names", async () => {
    const [creator, member, outcast] = [await newUser(), await newUser(), await newUser()];
    const old = await roomOf(creator, [member], { room_version, name: "Staff", creation_content: { type: "m.space" } });
    await creator.post(`/v3/rooms/${enc(old)}/ban`, { user_id: outcast.userId });
    await write(member, old, { sequence: 1 });
    const levels = (await read(creator, old, "m.room.power_levels")).body;

    const path = `/v3/rooms/${enc(old)}/upgrade`;
    expect(refusal(await creator.post(path))).toBe("400 M_MISSING_PARAM");
    expect(refusal(await creator.post(path, { new_version: "__proto__" }))).toBe("400 M_UNSUPPORTED_ROOM_VERSION");
    expect(refusal(await member.post(path, { new_version: room_version }))).toBe("403 M_FORBIDDEN");
    expect(refusal(await outcast.post(path, { new_version: room_version }))).toBe("403 M_FORBIDDEN");
    const { replacement_room: next } = (await creator.post(path, { new_version: room_version })).body;
    expect((await creator.post(path, { new_version: room_version })).body).toEqual({ replacement_room: next });

    expect((await read(member, old, "m.room.tombstone")).body).toMatchObject({ replacement_room: next });
    const create = (await read(creator, next, "m.room.create")).body;
    expect(create).toMatchObject({ type: "m.space", room_version, predecessor: { room_id: old } });
    expect((await read(creator, next, "m.room.name")).body).toEqual({ name: "Staff" });
    expect((await read(creator, next, "m.room.power_levels")).body).toEqual(levels);
    expect((await read(creator, next, "m.room.member", outcast.userId)).body).toMatchObject({ membership: "ban" });
    expect((await stateOf(creator, next)).filter(({ type }) => type === manifest)).toEqual([]);

    // Nobody is taken along; the old room is quiet, and its members' own state stays open to them.
    expect(refusal(await member.post(`/v3/join/${enc(next)}`))).toBe("403 M_FORBIDDEN");
    expect(refusal(await member.put(`/v3/rooms/${enc(old)}/send/m.x/1`, {}))).toBe("403 M_FORBIDDEN");
    expect((await write(member, old, {})).status).toBe(200);
    await enter(creator, member, next);
    expect((await write(member, next, { sequence: 1 })).status).toBe(200);
  });

  test("whoever left or was kicked sees the state of that moment and changes nothing, whoever was banned sees none", async () => {
    const [creator, leaver, kicked, banned] = [await newUser(), await newUser(), await newUser(), await newUser()];
    const roomId = await roomOf(creator, [leaver, kicked, banned], { room_version });
    await write(creator, roomId, { sequence: 1 });
    await leaver.post(`/v3/rooms/${enc(roomId)}/leave`);
    await creator.post(`/v3/rooms/${enc(roomId)}/kick`, { user_id: kicked.userId });
    await creator.post(`/v3/rooms/${enc(roomId)}/ban`, { user_id: banned.userId });
    await write(creator, roomId, { sequence: 2 });
    for (const gone of [leaver, kicked]) {
      expect((await read(gone, roomId, manifest, creator.userId)).body).toEqual({ sequence: 1 });
      const all = await stateOf(gone, roomId);
      expect(all).toContainEqual(expect.objectContaining({ type: manifest, content: { sequence: 1 } }));
      expect(all).toContainEqual(
        expect.objectContaining({ state_key: gone.userId, content: expect.objectContaining({ membership: "leave" }) }),
      );
    }
    expect(refusal(await read(banned, roomId, manifest, creator.userId))).toBe("403 M_FORBIDDEN");
    for (const gone of [leaver, kicked, banned]) {
      expect(refusal(await write(gone, roomId, {}))).toBe("403 M_FORBIDDEN");
      expect(refusal(await gone.get(`/v3/rooms/${enc(roomId)}/joined_members`))).toBe("403 M_FORBIDDEN");
    }
    const { joined } = (await creator.get(`/v3/rooms/${enc(roomId)}/joined_members`)).body;
    expect(Object.keys(joined)).toEqual([creator.userId]);
  });

  test("who was only invited and declined sees nothing", async () => {
    const [creator, guest] = [await newUser(), await newUser()];
    const roomId = await roomOf(creator, [], { room_version });
    await creator.post(`/v3/rooms/${enc(roomId)}/invite`, { user_id: guest.userId });
    await guest.post(`/v3/rooms/${enc(roomId)}/leave`);
    expect(refusal(await read(guest, roomId, "m.room.create"))).toBe("403 M_FORBIDDEN");
  });

  test("the same state again is the same event", async () => {
    const creator = await newUser();
    const roomId = await roomOf(creator, [], { room_version });
    const first = (await write(creator, roomId, { a: 1, b: 2 })).body.event_id;
    expect((await write(creator, roomId, { b: 2, a: 1 })).body.event_id).toBe(first);
    expect((await write(creator, roomId, { a: 1 })).body.event_id).not.toBe(first);
  });
});

test("in version 12 creators stand above all levels, and in none", async () => {
  const [creator, peer] = [await newUser(), await newUser()];
  const room_version = "12";
  const trusted = { room_version, preset: "trusted_private_chat", invite: [peer.userId] };
  const { room_id: roomId } = (await creator.post("/v3/createRoom", trusted)).body;
  expect(roomId).toMatch(/^![\w-]{43}$/);
  expect((await read(creator, roomId, "m.room.power_levels")).body.users).toEqual({});
  expect((await read(creator, roomId, "m.room.create")).body.additional_creators).toEqual([peer.userId]);
  await peer.post(`/v3/join/${enc(roomId)}`);
  const levels = `/v3/rooms/${enc(roomId)}/state/m.room.power_levels`;
  expect((await peer.put(levels, { state_default: 200 })).status).toBe(200);
  expect((await creator.put(`/v3/rooms/${enc(roomId)}/state/m.room.name`, { name: "x" })).status).toBe(200);
  expect(refusal(await creator.put(levels, { users: { [peer.userId]: 100 } }))).toBe("400 M_UNKNOWN");
  expect(refusal(await creator.post(`/v3/rooms/${enc(roomId)}/kick`, { user_id: peer.userId }))).toBe(
    "403 M_FORBIDDEN",
  );
  const own = { users: { [creator.userId]: 100 } };
  const refused = await creator.post("/v3/createRoom", { room_version, power_level_content_override: own });
  expect(refusal(refused)).toBe("400 M_UNKNOWN");
});

test("from version 12 back to 10 the room's maker keeps the power", async () => {
  const creator = await newUser();
  const old = await roomOf(creator, [], { room_version: "12" });
  const { body } = await creator.post(`/v3/rooms/${enc(old)}/upgrade`, { new_version: "10" });
  const levels = (await read(creator, body.replacement_room, "m.room.power_levels")).body;
  expect(levels.users).toEqual({ [creator.userId]: 100 });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { createHttp, type MatrixHttp } from "../../src/matrix/http.js";
import { type PrepareRoomOptions, prepareRoom, type RoomReadiness } from "../../src/matrix/prepare-room.js";
import { readRoomPower } from "../../src/matrix/room-power.js";
import { type Body, type HttpAccount, registerAccount } from "../support/homeserver-account.js";
import { json, matrixError, scriptedFetch } from "../support/scripted-fetch.js";

const manifest = "org.matrix.msc2961.signatures";
const enc = encodeURIComponent;
let server: Listening;
let count = 0;

beforeAll(async () => {
  server = await createHomeserver().listen();
});
afterAll(() => server.close());

const newUser = (): Promise<HttpAccount> => registerAccount(server.url, `user-${++count}`);

function httpOf(token: string, send?: typeof fetch): MatrixHttp {
  const client = {
    getUserId: () => "@unused:example.org",
    getHomeserverUrl: () => (send ? "https://hs.example.org" : server.url),
    getAccessToken: () => token,
    getCrypto: () => undefined,
  };
  const options = { maxRetries: 0, ...(send && { fetch: send }) };
  return createHttp(client, options, new AbortController().signal);
}

const prepareAs = (user: HttpAccount, roomId: string, options?: PrepareRoomOptions): Promise<RoomReadiness> =>
  prepareRoom(httpOf(user.token), roomId, user.userId, options);

async function roomOf(creator: HttpAccount, members: readonly HttpAccount[] = [], more: object = {}): Promise<string> {
  const invite = members.map(({ userId }) => userId);
  const { body } = await creator.post("/v3/createRoom", { invite, ...more });
  for (const member of members) await member.post(`/v3/join/${enc(body.room_id)}`);
  return body.room_id;
}

const levelsOf = async (user: HttpAccount, roomId: string): Promise<Body> =>
  (await user.get(`/v3/rooms/${enc(roomId)}/state/m.room.power_levels`)).body;

const write = (user: HttpAccount, roomId: string) =>
  user.put(`/v3/rooms/${enc(roomId)}/state/${manifest}/${enc(user.userId)}`, { sequence: 1 });

describe("on the embedded homeserver", () => {
  it("says what a room lacks, and changes nothing unasked", async () => {
    const [admin, member] = [await newUser(), await newUser()];
    const roomId = await roomOf(admin, [member]);
    const before = await levelsOf(admin, roomId);
    const expected = { roomId, ready: false, required: 50, memberLevel: 0, applied: false, remarks: [] };
    expect(await prepareAs(admin, roomId)).toEqual({ ...expected, canSet: true });
    expect(await prepareAs(member, roomId)).toEqual({ ...expected, canSet: false });
    expect(await levelsOf(admin, roomId)).toEqual(before);
  });

  it("lets plain members write their own manifest, and nothing else than before", async () => {
    const [admin, member] = [await newUser(), await newUser()];
    const roomId = await roomOf(admin, [member]);
    const before = await levelsOf(admin, roomId);
    expect((await write(member, roomId)).status).toBe(403);
    expect(await prepareAs(admin, roomId, { apply: true })).toMatchObject({ ready: true, required: 0, applied: true });
    expect(await levelsOf(admin, roomId)).toEqual({ ...before, events: { ...before.events, [manifest]: 0 } });
    expect((await write(member, roomId)).status).toBe(200);
    expect(await prepareAs(member, roomId, { apply: true })).toMatchObject({ ready: true, applied: false });
  });

  it("takes the members' own level", async () => {
    const admin = await newUser();
    const levels = { users_default: 10, state_default: 30 };
    const roomId = await roomOf(admin, [], { power_level_content_override: levels });
    expect(await prepareAs(admin, roomId)).toMatchObject({ ready: false, required: 30, memberLevel: 10 });
    expect(await prepareAs(admin, roomId, { apply: true })).toMatchObject({ ready: true, required: 10 });
  });

  it("refuses who lacks the power, having changed nothing", async () => {
    const [admin, member] = [await newUser(), await newUser()];
    const roomId = await roomOf(admin, [member], {
      power_level_content_override: { events: { "m.room.power_levels": 50, [manifest]: 60 } },
    });
    const levels = await levelsOf(admin, roomId);
    await admin.put(`/v3/rooms/${enc(roomId)}/state/m.room.power_levels`, {
      ...levels,
      users: { ...levels.users, [member.userId]: 50 },
    });
    // May change power levels, but not one that is above the own.
    expect(await prepareAs(member, roomId)).toMatchObject({ canSet: false });
    await expect(prepareAs(member, roomId, { apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_POWER" });
    expect(await prepareAs(admin, roomId)).toMatchObject({ required: 60 });
  });

  it("says who else reads a room, and what replaces it", async () => {
    const admin = await newUser();
    const roomId = await roomOf(admin, [], {
      preset: "public_chat",
      initial_state: [
        { type: "m.room.history_visibility", content: { history_visibility: "world_readable" } },
        { type: "m.room.tombstone", content: { body: "moved", replacement_room: "!next:localhost" } },
      ],
    });
    expect(await prepareAs(admin, roomId)).toMatchObject({
      remarks: ["public", "world-readable", "upgraded"],
      replacement: "!next:localhost",
    });
  });

  it("refuses a room that it may not read or that does not exist, and what is no room", async () => {
    const [admin, stranger] = [await newUser(), await newUser()];
    const unavailable = { code: "ERR_ROOM_UNAVAILABLE" };
    await expect(prepareAs(stranger, await roomOf(admin))).rejects.toMatchObject(unavailable);
    await expect(prepareAs(admin, "!nowhere:localhost")).rejects.toMatchObject(unavailable);
    await expect(prepareAs(admin, "#alias:localhost")).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});

const admin = "@admin:example.org";
type State = Readonly<Record<string, unknown>>;

/** A server that holds this state, by type, and answers a PUT as told. */
function scriptedRoom(
  state: State,
  answerPut: (body: unknown) => Response = () => json({ event_id: "$1" }),
  { wrapsCreate = true } = {},
) {
  const held = new Map<string, unknown>(
    Object.entries({ [`m.room.member/${admin}`]: { membership: "join" }, ...state }),
  );
  const { fetch, seen } = scriptedFetch(({ method, path, body }) => {
    const [name = "", query] = decodeURIComponent(path).split("/state/")[1]?.split("?") ?? [];
    if (method === "PUT") {
      const answer = answerPut(body);
      if (answer.ok) held.set(name, body);
      return answer;
    }
    if (!held.has(name)) return matrixError(404, "M_NOT_FOUND");
    if (query === undefined || !wrapsCreate) return json(held.get(name));
    return json({ type: name, sender: admin, content: held.get(name) });
  });
  const prepare = (options?: PrepareRoomOptions): Promise<RoomReadiness> =>
    prepareRoom(httpOf("token", fetch), "!room:example.org", admin, options);
  const puts = (): unknown[] => seen.flatMap(({ method, body }) => (method === "PUT" ? [body] : []));
  return { prepare, puts, held };
}

const create = { "m.room.create": { room_version: "10" } };
const levels = (content: object): State => ({ ...create, "m.room.power_levels": content });

describe("on whatever a server holds", () => {
  it("reads levels written as strings, and leaves them as they are", async () => {
    const content = { users: { [admin]: "100", "@__proto__:x": " 50 " }, state_default: "+50", users_default: "0" };
    const { prepare, puts } = scriptedRoom(levels(content));
    expect(await prepare({ apply: true })).toMatchObject({ ready: true, applied: true, memberLevel: 0 });
    expect(puts()).toEqual([{ ...content, events: { [manifest]: 0 } }]);
  });

  it("keeps members of every name", async () => {
    const content = JSON.parse(
      `{"users":{"${admin}":100,"__proto__":50},"__proto__":{"a":1},"events":{"__proto__":7}}`,
    );
    const { prepare, puts } = scriptedRoom(levels(content));
    await prepare({ apply: true });
    expect(JSON.stringify(puts())).toBe(
      `[{"users":{"${admin}":100,"__proto__":50},"__proto__":{"a":1},"events":{"__proto__":7,"${manifest}":0}}]`,
    );
  });

  it.each([
    ["a word", { users_default: "none" }],
    ["nothing", { state_default: null }],
    ["a list", { events: [] }],
    ["an object", { events: { [manifest]: {} } }],
  ])("takes %s for no level: unavailable", async (_what, content) => {
    const { prepare, puts } = scriptedRoom(levels(content));
    await expect(prepare({ apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_UNAVAILABLE" });
    expect(puts()).toEqual([]);
  });

  it.each(["9007199254740993", "50.5"])("does not rewrite a level of %s as another", async (level) => {
    const content = JSON.parse(`{"users":{"${admin}":100},"ban":${level}}`);
    const { prepare, puts } = scriptedRoom(levels(content));
    await expect(prepare({ apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_UNAVAILABLE" });
    expect(puts()).toEqual([]);
  });

  it("knows creators above all levels from room version 12 on, and only there", async () => {
    const unlisted = { users: {}, events: { "m.room.power_levels": 100 } };
    const room = (version: string, more: object = {}) =>
      scriptedRoom({ "m.room.create": { room_version: version, ...more }, "m.room.power_levels": unlisted }).prepare();
    expect(await room("12")).toMatchObject({ canSet: true });
    expect(await room("13")).toMatchObject({ canSet: true });
    for (const version of ["11", "1", "9 12", "org.example.12"]) {
      expect(await room(version)).toMatchObject({ canSet: false });
    }
    const founder = (sender: string, more: object = {}) => ({
      "m.room.create": { type: "m.room.create", sender, content: { room_version: "12", ...more } },
      "m.room.power_levels": unlisted,
    });
    const asEvent = (state: State) => scriptedRoom(state, undefined, { wrapsCreate: false }).prepare();
    expect(await asEvent(founder(admin))).toMatchObject({ canSet: true });
    expect(await asEvent(founder("@other:example.org"))).toMatchObject({ canSet: false });
    expect(await asEvent(founder("@other:example.org", { additional_creators: [7, admin] }))).toMatchObject({
      canSet: true,
    });
    // A server that does not know `format` answers the content, whatever its members are called.
    const content = { room_version: "12", content: {}, additional_creators: [admin] };
    expect(await asEvent({ "m.room.create": content, "m.room.power_levels": unlisted })).toMatchObject({
      canSet: true,
    });
  });

  it("leaves a room without power levels alone, and one that the user has left", async () => {
    const bare = scriptedRoom({ "m.room.create": { room_version: "12" } });
    expect(await bare.prepare()).toMatchObject({ ready: false, canSet: false, remarks: ["no-power-levels"] });
    const left = scriptedRoom({
      ...levels({ users: { [admin]: 100 } }),
      [`m.room.member/${admin}`]: { membership: "leave" },
    });
    expect(await left.prepare()).toMatchObject({ canSet: false, remarks: ["not-joined"] });
    for (const { prepare, puts } of [bare, left]) {
      await expect(prepare({ apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_POWER" });
      expect(puts()).toEqual([]);
    }
  });

  it("refuses what has no first event, and passes on what is wrong with the server", async () => {
    await expect(scriptedRoom({}).prepare()).rejects.toMatchObject({ code: "ERR_ROOM_UNAVAILABLE" });
    const { fetch } = scriptedFetch(() => matrixError(502, "M_UNKNOWN"));
    await expect(prepareRoom(httpOf("token", fetch), "!room:example.org", admin)).rejects.toMatchObject({
      code: "ERR_HTTP_STATUS",
      status: 502,
    });
  });

  it("takes what no number holds for no level", () => {
    expect(() => readRoomPower(JSON.parse('{"users_default":1e400}'), new Set())).toThrow(
      expect.objectContaining({ code: "ERR_ROOM_UNAVAILABLE" }),
    );
  });

  it("does not believe a 200 that stored nothing", async () => {
    const content = { users: { [admin]: 100 } };
    const { prepare, held } = scriptedRoom(levels(content), () => {
      queueMicrotask(() => held.set("m.room.power_levels", content));
      return json({ event_id: "$1" });
    });
    expect(await prepare({ apply: true })).toMatchObject({ ready: false, applied: false });
  });

  it("says who has no power where only the server knows, and passes other faults on", async () => {
    const content = levels({ users: { [admin]: 100 } });
    const refused = scriptedRoom(content, () => matrixError(403, "M_FORBIDDEN"));
    await expect(refused.prepare({ apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_POWER" });
    const strict = scriptedRoom(content, () => matrixError(400, "M_BAD_JSON"));
    await expect(strict.prepare({ apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_UNAVAILABLE" });
    const down = scriptedRoom(content, () => matrixError(500, "M_UNKNOWN"));
    await expect(down.prepare({ apply: true })).rejects.toMatchObject({ code: "ERR_HTTP_STATUS", status: 500 });
  });
});

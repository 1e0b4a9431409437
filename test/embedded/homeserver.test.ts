import { createServer } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  createHomeserver,
  type Homeserver,
  type HomeserverOptions,
  type Listening,
} from "../../examples/homeserver/server.js";
import {
  type Answer,
  accountOf,
  ask,
  type HttpAccount,
  makeCrossSigningKeys,
  registerAccount,
} from "../support/homeserver-account.js";

let homeserver: Homeserver;
let url: string;
const open: Listening[] = [];

async function start(options: HomeserverOptions): Promise<{ homeserver: Homeserver; url: string }> {
  const made = createHomeserver(options);
  const listening = await made.listen();
  open.push(listening);
  return { homeserver: made, url: listening.url };
}

beforeAll(async () => {
  ({ homeserver, url } = await start({ controls: true, unknownPaths: ["/_matrix/client/v3/unknown/one"] }));
});

afterAll(async () => {
  await Promise.all(open.map((listening) => listening.close()));
});

let count = 0;
const newUser = (on: string = url): Promise<HttpAccount> => {
  count += 1;
  return registerAccount(on, `user-${count}`);
};

const refusal = ({ status, body }: Answer): string => `${status} ${body.errcode}`;
const enc = encodeURIComponent;

/** A room of the first user with the others in it. */
async function roomOf(creator: HttpAccount, members: HttpAccount[], more: object = {}): Promise<string> {
  const invite = members.map((member) => member.userId);
  const { body } = await creator.post("/v3/createRoom", { invite, ...more });
  for (const member of members) await member.post(`/v3/join/${enc(body.room_id)}`);
  return enc(body.room_id);
}

describe("accounts", () => {
  test("registers after user-interactive auth, and only once", async () => {
    const asked = { username: "alice", password: "password" };
    const first = await ask(url, "POST", "/v3/register", asked);
    expect(first.status).toBe(401);
    expect(first.body).toMatchObject({ flows: [{ stages: ["m.login.dummy"] }], session: expect.any(String) });
    const auth = { type: "m.login.dummy", session: first.body.session };
    const { body } = await ask(url, "POST", "/v3/register", { ...asked, auth });
    expect(body).toMatchObject({ user_id: "@alice:localhost", access_token: expect.any(String) });
    expect(refusal(await ask(url, "POST", "/v3/register", { ...asked, auth }))).toBe("400 M_USER_IN_USE");
    expect(refusal(await ask(url, "GET", "/v3/register/available?username=alice"))).toBe("400 M_USER_IN_USE");
  });

  test("refuses names that are no localpart", async () => {
    for (const username of ["", "a b", "__proto__:x", "ä"]) {
      expect(refusal(await ask(url, "POST", "/v3/register", { username, password: "x" }))).toBe(
        "400 M_INVALID_USERNAME",
      );
    }
  });

  test("logs in with the password alone, and out", async () => {
    const user = await newUser();
    const login = { type: "m.login.password", identifier: { type: "m.id.user", user: user.userId } };
    expect(refusal(await ask(url, "POST", "/v3/login", { ...login, password: "wrong" }))).toBe("403 M_FORBIDDEN");
    const { body } = await ask(url, "POST", "/v3/login", { ...login, password: "password", device_id: "SECOND" });
    const second = accountOf(url, body);
    expect((await second.get("/v3/account/whoami")).body).toMatchObject({ user_id: user.userId, device_id: "SECOND" });
    await second.post("/v3/logout");
    expect(refusal(await second.get("/v3/account/whoami"))).toBe("401 M_UNKNOWN_TOKEN");
    expect((await user.get("/v3/devices")).body.devices).toHaveLength(1);
    expect(refusal(await ask(url, "GET", "/v3/account/whoami"))).toBe("401 M_MISSING_TOKEN");
  });

  test("an expired access token says so, and a refresh token brings a new one", async () => {
    count += 1;
    const { body } = await ask(url, "POST", "/v3/register", {
      username: `user-${count}`,
      password: "password",
      refresh_token: true,
      auth: { type: "m.login.dummy" },
    });
    const user = accountOf(url, body);
    homeserver.expireAccessTokens(user.userId);
    const expired = await user.get("/v3/account/whoami");
    expect(refusal(expired)).toBe("401 M_UNKNOWN_TOKEN");
    expect(expired.body.soft_logout).toBe(true);
    const refreshed = await ask(url, "POST", "/v3/refresh", { refresh_token: body.refresh_token });
    const again = accountOf(url, { ...body, ...refreshed.body });
    expect((await again.get("/v3/account/whoami")).status).toBe(200);
    expect(refusal(await ask(url, "POST", "/v3/refresh", { refresh_token: body.refresh_token }))).toBe(
      "401 M_UNKNOWN_TOKEN",
    );
  });

  test("deletes a device only with the password", async () => {
    const user = await newUser();
    const asked = await user.delete(`/v3/devices/${user.deviceId}`);
    expect(asked.status).toBe(401);
    const auth = { type: "m.login.password", session: asked.body.session, password: "wrong" };
    const wrong = await ask(url, "DELETE", `/v3/devices/${user.deviceId}`, { auth }, user.token);
    expect(wrong.body).toMatchObject({ errcode: "M_FORBIDDEN", flows: [{ stages: ["m.login.password"] }] });
    const right = { auth: { ...auth, password: "password" } };
    expect((await ask(url, "DELETE", `/v3/devices/${user.deviceId}`, right, user.token)).status).toBe(200);
    expect(refusal(await user.get("/v3/account/whoami"))).toBe("401 M_UNKNOWN_TOKEN");
  });
});

describe("cross-signing keys", () => {
  const upload = "/v3/keys/device_signing/upload";

  test("the first upload needs no password, another one does, and somebody else's session is no good", async () => {
    const user = await newUser();
    const keys = makeCrossSigningKeys(user.userId);
    expect((await user.post(upload, keys.body)).status).toBe(200);
    expect((await user.post(upload, keys.body)).status).toBe(200);
    const next = makeCrossSigningKeys(user.userId).body;
    const asked = await user.post(upload, next);
    expect(asked).toMatchObject({ status: 401, body: { flows: [{ stages: ["m.login.password"] }] } });
    const other = await newUser();
    await other.post(upload, makeCrossSigningKeys(other.userId).body);
    const session = (await other.post(upload, makeCrossSigningKeys(other.userId).body)).body.session;
    const auth = { type: "m.login.password", session, password: "not it", identifier: { user: user.userId } };
    const refused = await user.post(upload, { ...next, auth });
    expect(refused.status).toBe(401);
    expect(refused.body.session).not.toBe(session);
    const right = { ...auth, session: asked.body.session, password: "password" };
    expect((await user.post(upload, { ...next, auth: right })).status).toBe(200);
    const query = await user.post("/v3/keys/query", { device_keys: { [user.userId]: [] } });
    expect(query.body.master_keys[user.userId]).toEqual(next.master_key);
  });

  test("servers before Matrix 1.11 ask for the password at once", async () => {
    const old = await start({ uiaOnFirstUpload: true });
    const user = await newUser(old.url);
    const keys = makeCrossSigningKeys(user.userId).body;
    const asked = await user.post(upload, keys);
    expect(asked.status).toBe(401);
    const auth = { type: "m.login.password", session: asked.body.session, password: "password" };
    expect((await user.post(upload, { ...keys, auth })).status).toBe(200);
  });

  test("refuses another user's keys, wrong usage, and keys that the master key did not sign", async () => {
    const user = await newUser();
    const { body } = makeCrossSigningKeys(user.userId);
    const foreign = makeCrossSigningKeys("@somebody:localhost").body;
    expect(refusal(await user.post(upload, foreign))).toBe("400 M_INVALID_PARAM");
    expect(refusal(await user.post(upload, { ...body, master_key: body.self_signing_key }))).toBe(
      "400 M_INVALID_PARAM",
    );
    const unsigned = { ...body.self_signing_key, signatures: {} };
    expect(refusal(await user.post(upload, { ...body, self_signing_key: unsigned }))).toBe("400 M_INVALID_SIGNATURE");
    expect(refusal(await user.post(upload, {}))).toBe("400 M_MISSING_PARAM");
  });

  test("a user-signing key is its owner's alone", async () => {
    const [user, other] = [await newUser(), await newUser()];
    await user.post(upload, makeCrossSigningKeys(user.userId).body);
    const query = { device_keys: { [user.userId]: [] } };
    expect(Object.keys((await user.post("/v3/keys/query", query)).body.user_signing_keys)).toEqual([user.userId]);
    expect((await other.post("/v3/keys/query", query)).body.user_signing_keys).toEqual({});
  });
});

describe("signatures on keys", () => {
  const custom = "custom:org.openpgp.signature:ABCD";

  async function owner(
    on: string = url,
  ): Promise<{ user: HttpAccount; sign: (signatures: object) => Promise<Answer>; read: () => Promise<object> }> {
    const user = await newUser(on);
    const keys = makeCrossSigningKeys(user.userId);
    await user.post("/v3/keys/device_signing/upload", keys.body);
    const signed = (signatures: object): object => ({
      [user.userId]: {
        [keys.master.publicKey]: { ...keys.body.master_key, signatures: { [user.userId]: signatures } },
      },
    });
    return {
      user,
      sign: (signatures) => user.post("/v3/keys/signatures/upload", signed(signatures)),
      read: async () => {
        const { body } = await user.post("/v3/keys/query", { device_keys: { [user.userId]: [] } });
        return body.master_keys[user.userId].signatures?.[user.userId] ?? {};
      },
    };
  }

  const codes = ({ body }: Answer): unknown[] =>
    Object.values(body.failures).flatMap((keys) => Object.values(keys as object).map(({ errcode }) => errcode));

  test("a forged Matrix signature is a failure and is not stored", async () => {
    const { sign, read } = await owner();
    expect(codes(await sign({ "ed25519:UNKNOWN": "AAAA" }))).toEqual(["M_INVALID_SIGNATURE"]);
    expect(await read()).toEqual({});
  });

  test("a custom signature may be 2,048 code points long with its key ID, and not one more", async () => {
    const { sign, read } = await owner();
    const longest = "😀".repeat(2048 - custom.length);
    expect(codes(await sign({ [custom]: `${longest}x` }))).toEqual(["M_TOO_LARGE"]);
    expect(await read()).toEqual({});
    expect(codes(await sign({ [custom]: longest }))).toEqual([]);
    expect(await read()).toEqual({ [custom]: longest });
  });

  test("a bare key ID is not bound by that limit", async () => {
    const { sign, read } = await owner();
    const signatures = { "io.element.x509:ABCD": "x".repeat(5000) };
    expect(codes(await sign(signatures))).toEqual([]);
    expect(await read()).toEqual(signatures);
  });

  test("nobody puts a custom signature on another user's key", async () => {
    const { user, read } = await owner();
    const { user: mallory } = await owner();
    const key = (await user.post("/v3/keys/query", { device_keys: { [user.userId]: [] } })).body.master_keys[
      user.userId
    ];
    const [publicKey] = Object.values<string>(key.keys);
    const signed = {
      ...key,
      signatures: { [mallory.userId]: { [custom]: "c2ln" }, [user.userId]: { [custom]: "c2ln" } },
    };
    const answer = await mallory.post("/v3/keys/signatures/upload", { [user.userId]: { [publicKey ?? ""]: signed } });
    expect(codes(answer)).toEqual(["M_INVALID_SIGNATURE"]);
    expect(await read()).toEqual({});
  });

  test("another object than the stored one is refused", async () => {
    const { user, sign } = await owner();
    const { body } = await user.post("/v3/keys/query", { device_keys: { [user.userId]: [] } });
    const key = body.master_keys[user.userId];
    const [publicKey = ""] = Object.values<string>(key.keys);
    const changed = { ...key, more: 1, signatures: { [user.userId]: { [custom]: "c2ln" } } };
    const answer = await user.post("/v3/keys/signatures/upload", { [user.userId]: { [publicKey]: changed } });
    expect(codes(answer)).toHaveLength(1);
    expect(codes(await sign({ [custom]: "c2ln" }))).toEqual([]);
  });

  test("__proto__ as a user ID or key ID hurts nobody", async () => {
    const { user, sign, read } = await owner();
    const asked = '{"device_keys":{"__proto__":[]}}';
    expect((await ask(url, "POST", "/v3/keys/query", asked, user.token)).status).toBe(200);
    const signed = '{"__proto__":{"__proto__":{"signatures":{"__proto__":{"custom:a.b":"c2ln"}}}}}';
    const answer = await ask(url, "POST", "/v3/keys/signatures/upload", signed, user.token);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body.failures)).toEqual(["__proto__"]);
    expect(codes(await sign(JSON.parse('{"__proto__":"c2ln"}')))).toEqual(["M_INVALID_PARAM"]);
    expect(await read()).toEqual({});
    expect(Object.hasOwn(Object.prototype, "custom:a.b")).toBe(false);
  });

  test("an unknown path is M_UNRECOGNIZED although the other version of it exists", async () => {
    const path = "/_matrix/client/v3/keys/signatures/upload";
    const without = await start({ unknownPaths: [path] });
    const user = await newUser(without.url);
    expect(refusal(await user.post(path))).toBe("404 M_UNRECOGNIZED");
    expect((await user.post("/r0/keys/signatures/upload")).status).toBe(200);
  });

  test("synapse-1.161 shows a signature to others once its owner has read it, until a restart", async () => {
    const synapse = await start({ profile: "synapse-1.161" });
    const [user, reader] = [await newUser(synapse.url), await newUser(synapse.url)];
    const { userId, deviceId } = user;
    const device_keys = { user_id: userId, device_id: deviceId, algorithms: [], keys: {}, signatures: {} };
    await user.post("/v3/keys/upload", { device_keys });
    const { master, body } = makeCrossSigningKeys(userId);
    const signedMaster = (signatures: object): object => ({ ...body.master_key, signatures: { [userId]: signatures } });
    const first = { ...body, master_key: signedMaster({ "ed25519:ANY": "AAAA" }) };
    expect((await user.post("/v3/keys/device_signing/upload", first)).status).toBe(200);
    const later = { [userId]: { [master.publicKey]: signedMaster({ [custom]: "c2ln" }) } };
    expect((await user.post("/v3/keys/signatures/upload", later)).body).toEqual({ failures: {} });
    const isSeenBy = async (account: HttpAccount): Promise<boolean> => {
      const { body: found } = await account.post("/v3/keys/query", { device_keys: { [userId]: [] } });
      return custom in found.master_keys[userId].signatures[userId];
    };
    expect([await isSeenBy(reader), await isSeenBy(user), await isSeenBy(reader)]).toEqual([false, true, true]);
    synapse.homeserver.restart();
    expect([await isSeenBy(reader), await isSeenBy(user), await isSeenBy(reader)]).toEqual([false, true, true]);
  });
});

describe("one-time keys", () => {
  test("each is given away once, then the fallback key again and again", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const { body } = await user.post("/v3/keys/upload", {
      one_time_keys: { "signed_curve25519:A": { key: "one" } },
      fallback_keys: { "signed_curve25519:F": { key: "fallback", fallback: true } },
    });
    expect(body.one_time_key_counts).toEqual({ signed_curve25519: 1 });
    const claim = { one_time_keys: { [user.userId]: { [user.deviceId]: "signed_curve25519" } } };
    const claimed = async (): Promise<unknown> =>
      Object.keys((await other.post("/v3/keys/claim", claim)).body.one_time_keys[user.userId][user.deviceId]);
    expect(await claimed()).toEqual(["signed_curve25519:A"]);
    expect(await claimed()).toEqual(["signed_curve25519:F"]);
    expect(await claimed()).toEqual(["signed_curve25519:F"]);
    expect((await user.get("/v3/sync")).body.device_unused_fallback_key_types).toEqual([]);
  });

  test("device keys of another device are refused", async () => {
    const user = await newUser();
    const device_keys = { user_id: user.userId, device_id: "OTHER", algorithms: [], keys: {}, signatures: {} };
    expect(refusal(await user.post("/v3/keys/upload", { device_keys }))).toBe("400 M_BAD_JSON");
  });
});

describe("profile fields", () => {
  const field = (user: HttpAccount, name: string, base = "/v3"): string =>
    `${base}/profile/${enc(user.userId)}/${enc(name)}`;

  test("are written by their owner, read by everybody, and deleted", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const name = "org.matrix.msc2961.signatures";
    const value = { external: { a: ["b", 1] } };
    expect(refusal(await other.put(field(user, name), { [name]: value }))).toBe("403 M_FORBIDDEN");
    expect((await user.put(field(user, name), { [name]: value })).status).toBe(200);
    for (const base of ["/v3", "/unstable/uk.tcpip.msc4133"]) {
      expect((await ask(url, "GET", field(user, name, base))).body).toEqual({ [name]: value });
    }
    expect((await ask(url, "GET", `/v3/profile/${enc(user.userId)}`)).body[name]).toEqual(value);
    expect((await user.delete(field(user, name))).status).toBe(200);
    expect(refusal(await ask(url, "GET", field(user, name)))).toBe("404 M_NOT_FOUND");
    expect(refusal(await ask(url, "GET", "/v3/profile/@nobody:localhost"))).toBe("404 M_NOT_FOUND");
  });

  test("refuse names outside the grammar, missing values and too much at once", async () => {
    const user = await newUser();
    expect(refusal(await user.put(field(user, "__proto__"), { a: 1 }))).toBe("400 M_INVALID_PARAM");
    expect(refusal(await user.put(field(user, "a.b"), { "a.c": 1 }))).toBe("400 M_MISSING_PARAM");
    expect(refusal(await user.put(field(user, "a".repeat(256)), {}))).toBe("400 M_KEY_TOO_LARGE");
    const others = Buffer.byteLength(JSON.stringify({ "a.b": "", displayname: user.userId.slice(1).split(":")[0] }));
    const largest = "x".repeat(65_536 - others);
    expect(refusal(await user.put(field(user, "a.b"), { "a.b": `${largest}x` }))).toBe("400 M_PROFILE_TOO_LARGE");
    expect((await user.put(field(user, "a.b"), { "a.b": largest })).status).toBe(200);
  });

  test("are for logged-in users alone where the server was told so", async () => {
    const { url: closed } = await start({ profilesNeedToken: true });
    const user = await newUser(closed);
    await user.put(field(user, "a.b"), { "a.b": 1 });
    expect(refusal(await ask(closed, "GET", field(user, "a.b")))).toBe("401 M_MISSING_TOKEN");
    expect((await (await newUser(closed)).get(field(user, "a.b"))).body).toEqual({ "a.b": 1 });
  });

  test("a new name reaches the rooms", async () => {
    const user = await newUser();
    const room = await roomOf(user, []);
    await user.put(field(user, "displayname"), { displayname: "Somebody New" });
    const member = await user.get(`/v3/rooms/${room}/state/m.room.member/${enc(user.userId)}`);
    expect(member.body).toEqual({ membership: "join", displayname: "Somebody New" });
  });
});

describe("rooms", () => {
  const type = "org.matrix.msc2961.signatures";

  test("a state key that is a user ID belongs to that user, whatever the power level", async () => {
    const [creator, member] = [await newUser(), await newUser()];
    const room = await roomOf(creator, [member], { power_level_content_override: { events: { [type]: 0 } } });
    const state = (of: HttpAccount): string => `/v3/rooms/${room}/state/${type}/${enc(of.userId)}`;
    expect((await member.put(state(member), { a: 1 })).status).toBe(200);
    expect(refusal(await member.put(state(creator), { a: 1 }))).toBe("403 M_FORBIDDEN");
    expect(refusal(await creator.put(state(member), { a: 1 }))).toBe("403 M_FORBIDDEN");
    expect(refusal(await member.put(`/v3/rooms/${room}/state/m.room.name`, { name: "x" }))).toBe("403 M_FORBIDDEN");
    expect((await creator.get(state(member))).body).toEqual({ a: 1 });
    expect(refusal(await creator.get(state(creator)))).toBe("404 M_NOT_FOUND");
    expect(refusal(await (await newUser()).get(state(member)))).toBe("403 M_FORBIDDEN");
  });

  test("nobody raises themselves, nor takes power from an equal", async () => {
    const [creator, peer, member] = [await newUser(), await newUser(), await newUser()];
    const room = await roomOf(creator, [peer, member]);
    const path = `/v3/rooms/${room}/state/m.room.power_levels`;
    const levels = (await creator.get(path)).body;
    const users = { ...levels.users, [peer.userId]: 100 };
    expect(refusal(await member.put(path, { ...levels, users }))).toBe("403 M_FORBIDDEN");
    expect((await creator.put(path, { ...levels, users })).status).toBe(200);
    const demoted = { ...users, [creator.userId]: 0 };
    expect(refusal(await peer.put(path, { ...levels, users: demoted }))).toBe("403 M_FORBIDDEN");
    expect(refusal(await peer.put(path, { ...levels, users: { ...users, [peer.userId]: 101 } }))).toBe(
      "403 M_FORBIDDEN",
    );
  });

  test("nobody comes uninvited, and who is banned does not come back", async () => {
    const [creator, guest] = [await newUser(), await newUser()];
    const room = await roomOf(creator, []);
    expect(refusal(await guest.post(`/v3/join/${room}`))).toBe("403 M_FORBIDDEN");
    await creator.post(`/v3/rooms/${room}/invite`, { user_id: guest.userId });
    expect((await guest.post(`/v3/rooms/${room}/join`)).status).toBe(200);
    expect(refusal(await guest.post(`/v3/rooms/${room}/kick`, { user_id: creator.userId }))).toBe("403 M_FORBIDDEN");
    await creator.post(`/v3/rooms/${room}/ban`, { user_id: guest.userId });
    expect(refusal(await guest.post(`/v3/join/${room}`))).toBe("403 M_BAD_STATE");
    expect(refusal(await guest.put(`/v3/rooms/${room}/send/m.room.message/1`, { body: "x" }))).toBe("403 M_FORBIDDEN");
    await creator.post(`/v3/rooms/${room}/unban`, { user_id: guest.userId });
    await creator.post(`/v3/rooms/${room}/invite`, { user_id: guest.userId });
    expect((await guest.post(`/v3/join/${room}`)).status).toBe(200);
    expect((await guest.post(`/v3/rooms/${room}/leave`)).status).toBe(200);
    expect((await guest.get("/v3/joined_rooms")).body.joined_rooms).toEqual([]);
  });

  test("a message is sent once for each transaction, and a redaction empties it", async () => {
    const user = await newUser();
    const room = await roomOf(user, []);
    const send = (): Promise<Answer> => user.put(`/v3/rooms/${room}/send/m.room.message/one`, { body: "hello" });
    const { event_id: eventId } = (await send()).body;
    expect((await send()).body).toEqual({ event_id: eventId });
    await user.put(`/v3/rooms/${room}/redact/${enc(eventId)}/two`, {});
    const event = await user.get(`/v3/rooms/${room}/event/${enc(eventId)}`);
    expect(event.body).toMatchObject({ content: {}, unsigned: { redacted_because: { redacts: eventId } } });
    const { chunk } = (await user.get(`/v3/rooms/${room}/messages?dir=b&limit=2`)).body;
    expect(chunk.map((each: { type: string }) => each.type)).toEqual(["m.room.redaction", "m.room.message"]);
  });

  test("content without a canonical form, and too much of it, is refused", async () => {
    const user = await newUser();
    const room = await roomOf(user, []);
    const send = (content: object): Promise<Answer> => user.put(`/v3/rooms/${room}/send/m.x/${Math.random()}`, content);
    expect(refusal(await send({ a: 1.5 }))).toBe("400 M_BAD_JSON");
    expect(refusal(await send({ a: "\ud800" }))).toBe("400 M_BAD_JSON");
    expect(refusal(await send({ a: "x".repeat(65_536) }))).toBe("413 M_TOO_LARGE");
    expect((await send({ a: "x".repeat(30_000) })).status).toBe(200);
  });

  test("older messages come page by page", async () => {
    const user = await newUser();
    const room = await roomOf(user, []);
    for (let index = 0; index < 5; index += 1) await user.put(`/v3/rooms/${room}/send/m.x/${index}`, { index });
    const seen: number[] = [];
    let from = "";
    for (let page = 0; page < 3; page += 1) {
      const { body } = await user.get(`/v3/rooms/${room}/messages?dir=b&limit=2${from}`);
      for (const event of body.chunk) if (event.type === "m.x") seen.push(event.content.index);
      from = `&from=${body.end}`;
    }
    expect(seen).toEqual([4, 3, 2, 1, 0]);
  });
});

describe("sync", () => {
  const sync = async (user: HttpAccount, since?: string, timeout = 0): Promise<Answer["body"]> =>
    (await user.get(`/v3/sync?timeout=${timeout}${since === undefined ? "" : `&since=${since}`}`)).body;

  test("waits for what happens, and no longer than asked", async () => {
    const user = await newUser();
    const room = await roomOf(user, []);
    const { next_batch: since } = await sync(user);
    expect((await sync(user, since, 20)).rooms.join).toEqual({});
    const waiting = sync(user, since, 10_000);
    await user.put(`/v3/rooms/${room}/send/m.x/1`, { a: 1 });
    const { rooms } = await waiting;
    const [event] = rooms.join[decodeURIComponent(room)].timeline.events;
    expect(event).toMatchObject({ type: "m.x", content: { a: 1 }, unsigned: { transaction_id: "1" } });
  });

  test("a restart ends what waits", async () => {
    const { homeserver: own, url: ownUrl } = await start({});
    const user = await newUser(ownUrl);
    const { next_batch: since } = await sync(user);
    let hasAnswer = false;
    const waiting = sync(user, since, 10_000).then(() => {
      hasAnswer = true;
    });
    await vi.waitFor(() => {
      own.restart();
      expect(hasAnswer).toBe(true);
    });
    await waiting;
  });

  test("names whose keys changed to those who share a room, and who is gone", async () => {
    const [user, other, stranger] = [await newUser(), await newUser(), await newUser()];
    const room = await roomOf(user, []);
    await user.post(`/v3/rooms/${room}/invite`, { user_id: other.userId });
    let since = (await sync(user)).next_batch;
    await other.post(`/v3/join/${room}`);
    let answer = await sync(user, since);
    expect(answer.device_lists).toEqual({ changed: [other.userId], left: [] });
    since = answer.next_batch;
    for (const account of [other, stranger]) {
      await account.post("/v3/keys/device_signing/upload", makeCrossSigningKeys(account.userId).body);
    }
    answer = await sync(user, since);
    expect(answer.device_lists).toEqual({ changed: [other.userId], left: [] });
    expect((await user.get(`/v3/keys/changes?from=${since}&to=${answer.next_batch}`)).body.changed).toEqual([
      other.userId,
    ]);
    since = answer.next_batch;
    await other.post(`/v3/rooms/${room}/leave`);
    expect((await sync(user, since)).device_lists).toEqual({ changed: [], left: [other.userId] });
  });

  test("a message to a device comes until the next sync says that it came", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const messages = { [user.userId]: { "*": { text: "hello" } } };
    const { next_batch: since } = await sync(user);
    await other.put("/v3/sendToDevice/m.x/1", { messages });
    await other.put("/v3/sendToDevice/m.x/1", { messages });
    const event = { type: "m.x", sender: other.userId, content: { text: "hello" } };
    const answer = await sync(user, since);
    expect(answer.to_device.events).toEqual([event]);
    expect((await sync(user, since)).to_device.events).toEqual([event]);
    expect((await sync(user, answer.next_batch)).to_device.events).toEqual([]);
  });

  test("account data comes back, and is nobody else's", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const path = `/v3/user/${enc(user.userId)}/account_data/m.x`;
    const { next_batch: since } = await sync(user);
    expect(refusal(await user.get(path))).toBe("404 M_NOT_FOUND");
    await user.put(path, { a: 1 });
    expect((await user.get(path)).body).toEqual({ a: 1 });
    expect(refusal(await other.get(path))).toBe("403 M_FORBIDDEN");
    expect((await sync(user, since)).account_data.events).toEqual([{ type: "m.x", content: { a: 1 } }]);
  });

  test("an invited user sees who asks, and a member what was there before", async () => {
    const [creator, guest] = [await newUser(), await newUser()];
    const room = await roomOf(creator, [], { name: "The room" });
    await creator.post(`/v3/rooms/${room}/invite`, { user_id: guest.userId });
    const first = await sync(guest);
    const shown = first.rooms.invite[decodeURIComponent(room)].invite_state.events;
    expect(shown).toContainEqual(expect.objectContaining({ type: "m.room.name", content: { name: "The room" } }));
    await guest.post(`/v3/join/${room}`);
    const joined = (await sync(guest, first.next_batch)).rooms.join[decodeURIComponent(room)];
    const types = [...joined.state.events, ...joined.timeline.events].map((event) => event.type);
    expect(types).toContain("m.room.create");
    expect(types).toContain("m.room.power_levels");
  });
});

describe("failures on demand", () => {
  test("429 in the standard form, as often as asked, readable by browsers", async () => {
    homeserver.rateLimitNext(2, { retryAfterMs: 1500, path: "/versions" });
    expect((await ask(url, "GET", "/v3/login")).status).toBe(200);
    for (let round = 0; round < 2; round += 1) {
      const limited = await ask(url, "GET", "/versions");
      expect(refusal(limited)).toBe("429 M_LIMIT_EXCEEDED");
      expect(limited.body.retry_after_ms).toBe(1500);
      expect(limited.headers.get("Retry-After")).toBe("2");
      expect(limited.headers.get("Access-Control-Expose-Headers")).toContain("Retry-After");
      expect(limited.headers.get("Access-Control-Allow-Origin")).toBe("*");
    }
    expect((await ask(url, "GET", "/versions")).status).toBe(200);
  });

  test("an answer in HTML, a cut connection, and silence", async () => {
    const fault = { path: "/versions" };
    homeserver.failNext({ ...fault, status: 200, contentType: "text/html", body: "<h1>Hello</h1>" });
    expect((await ask(url, "GET", "/versions")).body).toEqual({ text: "<h1>Hello</h1>" });
    homeserver.failNext({ ...fault, disconnect: true });
    await expect(ask(url, "GET", "/versions")).rejects.toThrow("fetch failed");
    homeserver.failNext({ ...fault, hang: true });
    const silent = fetch(`${url}/_matrix/client/versions`, { signal: AbortSignal.timeout(50) });
    await expect(silent).rejects.toThrow("timeout");
    homeserver.failNext({ count: 5 });
    homeserver.clearFaults();
    expect((await ask(url, "GET", "/versions")).status).toBe(200);
  });

  test("the same over HTTP, where the server was made for it", async () => {
    await ask(url, "POST", "/_countersign/rate-limit", { count: 1, retry_after_ms: 10, path: "/versions" });
    expect((await ask(url, "GET", "/versions")).status).toBe(429);
    const user = await newUser();
    await ask(url, "POST", "/_countersign/expire-tokens", { user_id: user.userId });
    expect(refusal(await user.get("/v3/account/whoami"))).toBe("401 M_UNKNOWN_TOKEN");
    const plain = await start({});
    expect((await ask(plain.url, "POST", "/_countersign/rate-limit", { count: 1 })).status).toBe(404);
    expect((await ask(plain.url, "GET", "/versions")).status).toBe(200);
  });
});

describe("HTTP", () => {
  test("every answer, errors and preflights too, may be read from any origin and names the server", async () => {
    const { url: synapse } = await start({ profile: "synapse-1.161" });
    const answers = [
      await ask(synapse, "OPTIONS", "/v3/keys/query"),
      await ask(synapse, "POST", "/v3/keys/query", {}),
      await ask(synapse, "GET", "/v3/no/such/path"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([204, 401, 404]);
    for (const { headers } of answers) {
      expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(headers.get("Access-Control-Expose-Headers")).toContain("Server");
      expect(headers.get("Server")).toBe("Synapse/1.163.2");
    }
  });

  test("refuses bodies that are too large, no JSON, no object, or nested too deeply", async () => {
    const register = (body: string): Promise<Answer> => ask(url, "POST", "/v3/register", body);
    expect(refusal(await register("x".repeat(1024 * 1024 + 1)))).toBe("413 M_TOO_LARGE");
    expect(refusal(await register("{"))).toBe("400 M_NOT_JSON");
    expect(refusal(await register("[]"))).toBe("400 M_BAD_JSON");
    expect(refusal(await register(`{"a":${"[".repeat(100_000)}`))).toBe("400 M_BAD_JSON");
  });

  test("a known path with another method, a path that is no text, and an unknown path", async () => {
    expect(refusal(await ask(url, "DELETE", "/versions"))).toBe("405 M_UNRECOGNIZED");
    expect(refusal(await ask(url, "GET", "/v3/profile/%ff"))).toBe("400 M_INVALID_PARAM");
    expect(refusal(await ask(url, "GET", "/v3/unknown/one"))).toBe("404 M_UNRECOGNIZED");
  });

  test("a target that is no URL is no reason to fall over", async () => {
    const { hostname, port } = new URL(url);
    for (const target of ["//", "*", "http://[", "/_matrix/client/%"]) {
      const response = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        });
        let text = "";
        socket.on("data", (chunk) => {
          text += chunk;
        });
        socket.on("end", () => resolve(text));
        socket.on("error", reject);
      });
      expect(response).toMatch(/^HTTP\/1.1 4/);
    }
    expect((await ask(url, "GET", "/versions")).status).toBe(200);
  });

  test("as a middleware it leaves other paths to the next", async () => {
    const server = createServer((request, response) =>
      homeserver.handle(request, response, () => response.end("page")),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    expect(await (await fetch(`${base}/index.html`)).text()).toBe("page");
    expect(await (await fetch(`${base}/.well-known/matrix/client`)).json()).toEqual({
      "m.homeserver": { base_url: base },
    });
    expect((await fetch(`${base}/_matrix/client/versions`)).status).toBe(200);
    await new Promise((resolve) => server.close(resolve));
  });

  test("dendrite wants eight characters of password, and has no profile fields", async () => {
    const { url: dendrite } = await start({ profile: "dendrite" });
    const short = { username: "shorty", password: "1234567" };
    expect(refusal(await ask(dendrite, "POST", "/v3/register", short))).toBe("400 M_WEAK_PASSWORD");
    const user = await newUser(dendrite);
    expect(refusal(await user.put(`/v3/profile/${enc(user.userId)}/a.b`, { "a.b": 1 }))).toBe("404 M_UNRECOGNIZED");
    expect((await user.get(`/v3/profile/${enc(user.userId)}/displayname`)).status).toBe(200);
  });
});

import {
  Countersign,
  type CountersignOptions,
  type IdentityAssessment,
  type SignatureAlgorithm,
} from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, describe, expect, it } from "vitest";
import { createHomeserver, type Listening, type ProfileName } from "../../examples/homeserver/server.js";
import { type EmbeddedUser, embeddedUser } from "../support/embedded-user.js";
import { createManifestRoom } from "../support/manifest-room.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const servers: Listening[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The same signatures under another name, as a relabelling attacker or a second envelope has them. */
function otherEnvelope(): SignatureAlgorithm {
  const stamp = stampAlgorithm({ hashes: true });
  return { ...stamp, id: "org.example.envelope", verify: (input) => stamp.verify(input) };
}

async function setUp(profile: ProfileName, options: Partial<CountersignOptions> = {}) {
  const homeserver = createHomeserver({ profile });
  const server = await homeserver.listen();
  servers.push(server);
  const [alice, bob] = [await embeddedUser(server.url, "alice-a"), await embeddedUser(server.url, "bob-bob-")];
  const signer = await stampSigner();
  const scope = { servers: [serverOf(alice)] };
  const anchors = ["org.example.stamp", "org.example.envelope"].map((algorithm) => ({
    id: algorithm,
    algorithm,
    key: signer.fingerprint,
    speaksFor: "scope" as const,
    scope,
  }));
  const algorithms = [stampAlgorithm({ hashes: true }), otherEnvelope()];
  const common = { algorithms, http: { wait: async () => {} }, ...options };
  const own = await Countersign.create(alice.client, { ...common, outbox: "manual", store: memoryStore() });
  const reader = await Countersign.create(bob.client, { ...common, anchors, store: memoryStore() });
  const assess = async (): Promise<IdentityAssessment> => {
    for await (const assessment of reader.assess([alice.account.userId], { fresh: true })) return assessment;
    throw new Error("no assessment");
  };
  return { homeserver, server, alice, bob, own, reader, signer, assess };
}

function serverOf({ account }: EmbeddedUser): string {
  return account.userId.slice(account.userId.indexOf(":") + 1);
}

describe("a withdrawal", () => {
  it("takes back, for every reader, what hangs on the key and what stands in the profile", async () => {
    const { own, signer, assess } = await setUp("msc2961");
    const signature = await own.sign(signer);
    await own.publish(signature);
    expect(await assess()).toMatchObject({ level: "trusted", problems: [] });
    const receipt = await own.withdraw(signature.keyId);
    expect(receipt).toMatchObject({
      withdrawn: true,
      complete: true,
      places: [{ route: "profile-field", done: true }],
      listed: [{ key: expect.any(String) }, { key: expect.any(String), value: expect.any(String) }],
    });
    expect(receipt.staysOnKey?.text).toContain("go on serving the signature on the master key");
    expect(await assess()).toMatchObject({ level: "rejected", reasons: [{ code: "withdrawn" }], problems: [] });
    expect(await own.outbox()).toEqual([]);
  });

  it("is undone by publishing the same signature again", async () => {
    const { own, signer, assess } = await setUp("msc2961");
    const signature = await own.sign(signer);
    await own.publish(signature);
    await own.withdraw(signature.keyId);
    await own.publish(signature);
    expect(await assess()).toMatchObject({ level: "trusted", problems: [] });
  });

  it("reaches the manifest even where the signature is published anew on the key alone", async () => {
    const { own, signer, assess } = await setUp("msc2961");
    const signature = await own.sign(signer);
    await own.publish(signature);
    await own.withdraw(signature.keyId);
    const receipt = await own.publish(signature, { routes: ["signatures-upload"] });
    expect(receipt.routes.map(({ route }) => route)).toEqual(["signatures-upload", "profile-field"]);
    expect(await assess()).toMatchObject({ level: "trusted" });
  });

  it("loses no other signature, not even one that hangs on the key alone", async () => {
    const { own, reader, alice, signer, assess } = await setUp("msc2961");
    const other = await own.sign(await stampSigner());
    await own.publish(other, { routes: ["profile-field"] });
    const third = await own.sign(await stampSigner());
    await own.publish(third, { routes: ["signatures-upload"] });
    const signature = await own.sign(signer);
    await own.publish(signature);
    await own.withdraw(signature.keyId);
    const identity = (await reader.fetch([alice.account.userId], { fresh: true })).get(alice.account.userId);
    const keyIds = identity?.signatures.map(({ keyId }) => keyId);
    expect(keyIds).toEqual(expect.arrayContaining([other.keyId, third.keyId]));
    expect((await assess()).reasons).toContainEqual({ code: "no-anchor", keyId: other.keyId });
  });

  it("takes back copies under another key ID and in another algorithm's envelope", async () => {
    const { own, alice, signer, assess } = await setUp("msc2961");
    const signature = await own.sign(signer);
    await own.publish(signature);
    const keyId = signature.keyId.replace("org.example.stamp", "org.example.envelope");
    await own.publish({ ...signature, keyId });
    const receipt = await own.withdraw(signature.keyId);
    expect(receipt).toMatchObject({ complete: true, relabelled: [keyId] });
    const { body } = await alice.account.get(
      `/v3/profile/${encodeURIComponent(alice.account.userId)}/org.matrix.msc2961.signatures`,
    );
    expect(body["org.matrix.msc2961.signatures"].external).toEqual({});
    expect(await assess()).toMatchObject({ level: "rejected" });
  });

  it("of what is nowhere is an error, and leaves nothing behind that is tried again", async () => {
    const { own } = await setUp("msc2961");
    await expect(own.withdraw("custom:org.example.stamp:unknown")).rejects.toMatchObject({
      code: "ERR_WITHDRAW_UNKNOWN",
    });
    expect(await own.resume()).toEqual([]);
  });
});

describe("a withdrawal of what only waits in the outbox", () => {
  it("drops what was accepted and never sent, and tells nobody of it", async () => {
    const { own, signer, alice } = await setUp("msc2961");
    const signature = await own.sign(signer);
    expect(await own.withdraw(signature.keyId)).toMatchObject({
      withdrawn: true,
      complete: true,
      listed: [],
      places: [],
    });
    expect(await own.outbox()).toEqual([]);
    const userId = encodeURIComponent(alice.account.userId);
    expect(await alice.account.get(`/v3/profile/${userId}/org.matrix.msc2961.signatures`)).toMatchObject({
      status: 404,
    });
  });

  it("lists what was sent and may have arrived, so that a late arrival counts for nothing", async () => {
    const { own, signer, homeserver, assess } = await setUp("synapse-1.161", {
      http: { wait: async () => {}, maxRetries: 0 },
    });
    const signature = await own.sign(signer);
    homeserver.failNext({ path: /profile/, method: "PUT", status: 500 });
    homeserver.failNext({ path: /signatures.upload/, status: 500 });
    await expect(own.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_STATUS" });
    expect(await own.withdraw(signature.keyId)).toMatchObject({ complete: true, listed: [{}, {}] });
    expect(await own.outbox()).toEqual([]);
    expect(await assess()).toMatchObject({ level: "unproven" });
  });

  it("waits where a place that may hold it could not be read", async () => {
    const { alice, own, signer, homeserver } = await setUp("synapse-strict", {
      http: { wait: async () => {}, maxRetries: 0 },
    });
    const elsewhere = await Countersign.create(alice.client, { algorithms: [stampAlgorithm()], store: memoryStore() });
    const signature = await elsewhere.sign(signer);
    await elsewhere.publish(signature);
    homeserver.failNext({ path: /profile/, method: "GET", status: 500 });
    await expect(own.withdraw(signature.keyId)).rejects.toMatchObject({ code: "ERR_WITHDRAW_UNREADABLE" });
    expect(await own.resume()).toMatchObject([{ receipt: { withdrawn: true, complete: true } }]);
  });

  it("needs no place to be read for what this device published itself", async () => {
    const { own, signer, homeserver, assess } = await setUp("synapse-strict");
    const signature = await own.sign(signer);
    await own.publish(signature);
    homeserver.failNext({ path: /profile/, method: "GET", status: 404, body: { errcode: "M_NOT_FOUND" } });
    expect(await own.withdraw(signature.keyId)).toMatchObject({ complete: true, listed: [{}, {}] });
    expect(await assess()).toMatchObject({ level: "unproven" });
  });
});

describe("a withdrawal in rooms", () => {
  it("is written to every chosen room that holds a copy, and is the same manifest there", async () => {
    const { alice, bob, signer, server } = await setUp("synapse-strict");
    const roomId = await createManifestRoom(bob, [alice]);
    const own = await Countersign.create(alice.client, {
      algorithms: [stampAlgorithm({ hashes: true })],
      rooms: [roomId],
      outbox: "manual",
      store: memoryStore(),
    });
    const signature = await own.sign(signer);
    const receipt = await own.publish(signature);
    expect(receipt.routes.map(({ route, stored }) => [route, stored])).toEqual([
      ["signatures-upload", false],
      ["profile-field", true],
      ["room-state", true],
    ]);
    expect(await own.withdraw(signature.keyId)).toMatchObject({
      complete: true,
      places: [
        { route: "profile-field", done: true },
        { route: "room-state", roomId, done: true },
      ],
    });
    const name = "org.matrix.msc2961.signatures";
    const userId = encodeURIComponent(alice.account.userId);
    const inProfile = (await alice.account.get(`/v3/profile/${userId}/${name}`)).body[name];
    const inRoom = (await bob.account.get(`/v3/rooms/${encodeURIComponent(roomId)}/state/${name}/${userId}`)).body;
    expect(inRoom).toEqual(inProfile);
    expect(inRoom).toMatchObject({ external: {}, signatures: {} });
    expect(server.url).toContain("127.0.0.1");
  });

  it.each([
    ["left", async (alice: EmbeddedUser, _bob: EmbeddedUser, room: string) => alice.account.post(`${room}/leave`, {})],
    [
      "banned",
      async (alice: EmbeddedUser, bob: EmbeddedUser, room: string) =>
        bob.account.post(`${room}/ban`, { user_id: alice.account.userId }),
    ],
    [
      "power-level",
      async (_alice: EmbeddedUser, bob: EmbeddedUser, room: string) => {
        const { body } = await bob.account.get(`${room}/state/m.room.power_levels`);
        return bob.account.put(`${room}/state/m.room.power_levels`, { ...body, events: {} });
      },
    ],
  ] as const)("says where it could not write: %s", async (obstacle, happen) => {
    const { alice, bob, own, signer, reader } = await setUp("synapse-1.161");
    const roomId = await createManifestRoom(bob, [alice]);
    const signature = await own.sign(signer);
    await own.publish(signature, { rooms: [roomId] });
    await happen(alice, bob, `/v3/rooms/${encodeURIComponent(roomId)}`);
    expect(await own.withdraw(signature.keyId, { rooms: [roomId] })).toMatchObject({
      withdrawn: true,
      complete: false,
      places: [
        { route: "profile-field", done: true },
        { route: "room-state", roomId, done: false, obstacle },
      ],
    });
    const identity = (await reader.fetch([alice.account.userId], { fresh: true })).get(alice.account.userId);
    expect(identity?.withdrawn).toHaveLength(2);
  });

  it("finds the rooms that another instance wrote to", async () => {
    const { alice, bob, own, signer } = await setUp("synapse-1.161");
    const roomId = await createManifestRoom(bob, [alice]);
    const signature = await own.sign(signer);
    await own.publish(signature, { rooms: [roomId] });
    const later = await Countersign.create(alice.client, {
      algorithms: [stampAlgorithm({ hashes: true })],
      outbox: "manual",
      store: memoryStore(),
    });
    expect(await later.withdraw(signature.keyId)).toMatchObject({
      complete: true,
      places: [
        { route: "profile-field", done: true },
        { route: "room-state", roomId, done: true },
      ],
    });
  });

  it("searches again where the server did not list the rooms", async () => {
    const { homeserver, own, signer } = await setUp("synapse-1.161", { http: { wait: async () => {}, maxRetries: 0 } });
    const signature = await own.sign(signer);
    await own.publish(signature);
    homeserver.failNext({ path: /sync$/, status: 500 });
    const searchError = { code: "ERR_HTTP_STATUS" };
    expect(await own.withdraw(signature.keyId)).toMatchObject({ withdrawn: true, complete: false, searchError });
    expect(await own.resume()).toMatchObject([{ receipt: { withdrawn: true, complete: true } }]);
  });

  it("is written to the room where the server has no profile fields", async () => {
    const { alice, bob, own, signer } = await setUp("dendrite");
    const roomId = await createManifestRoom(bob, [alice]);
    const signature = await own.sign(signer);
    expect(await own.publish(signature, { rooms: [roomId] })).toMatchObject({ visibleTo: "room" });
    expect(await own.withdraw(signature.keyId, { rooms: [roomId] })).toMatchObject({
      complete: true,
      places: [{ route: "room-state", roomId, done: true }],
    });
  });
});

describe("renewing", () => {
  it("replaces what stands under the key ID and loses no other", async () => {
    const { alice, signer, own } = await setUp("continuwuity");
    const other = await own.sign(await stampSigner());
    await own.publish(other);
    await own.publish(await own.sign(signer));
    await own.publish(await own.sign(signer));
    const name = "org.matrix.msc2961.signatures";
    const { body } = await alice.account.get(`/v3/profile/${encodeURIComponent(alice.account.userId)}/${name}`);
    expect(Object.keys(body[name].external)).toHaveLength(2);
    expect(body[name].withdrawn).toEqual([]);
  });
});

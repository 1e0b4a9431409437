import { Countersign, type PublishReceipt, type RouteReceipt } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, describe, expect, it } from "vitest";
import { createHomeserver, type Listening, type ProfileName } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";
import { createManifestRoom } from "../support/manifest-room.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const servers: Listening[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function setUp(profile: ProfileName) {
  const server = await createHomeserver({ profile }).listen();
  servers.push(server);
  const [alice, bob] = [await embeddedUser(server.url, "alice-a"), await embeddedUser(server.url, "bob-bob-")];
  const signer = await stampSigner();
  const options = { algorithms: [stampAlgorithm({ hashes: true })], http: { wait: async () => {} } };
  const own = await Countersign.create(alice.client, { ...options, outbox: "manual", store: memoryStore() });
  return { server, alice, bob, own, signer };
}

/** One line a receipt: what it says, and how it knows. */
function lines({ routes }: PublishReceipt): string[] {
  return routes.map(({ route, accepted, stored, visibleTo, proof, error }: RouteReceipt) => {
    const done = stored ? "stored" : accepted ? "accepted" : "refused";
    return [route, done, visibleTo, proof, error?.code].filter(Boolean).join(" ");
  });
}

const inProfile = "profile-field stored everyone inferred";
const onKeyOfOwnServer = "signatures-upload stored own-server inferred";
const unavailable = "refused nobody read-back ERR_ROUTE_UNAVAILABLE";

describe("a climb to where everybody sees the signature", () => {
  it.each<[ProfileName, string[], string[]]>([
    ["msc2961", ["signatures-upload stored unknown read-back", inProfile], []],
    ["synapse-strict", [`signatures-upload ${unavailable}`, inProfile], []],
    ["synapse-1.161", ["signatures-upload stored uploader read-back", inProfile], []],
    [
      "dendrite",
      [onKeyOfOwnServer, `profile-field ${unavailable}`, "bundle accepted nobody read-back"],
      ["name-a-room", "ask-for-profile-fields", "serve-the-bundle"],
    ],
    ["continuwuity", [onKeyOfOwnServer, inProfile], []],
    ["tuwunel", [`signatures-upload ${unavailable}`, inProfile], []],
    ["silent-drop", ["signatures-upload accepted nobody read-back ERR_PUBLISH_FAILED", inProfile], []],
  ])("on a server like %s", async (profile, expected, advice) => {
    const { own, signer } = await setUp(profile);
    const receipt = await own.publish(await own.sign(signer));
    expect(lines(receipt)).toEqual(expected);
    expect(receipt.advice.map(({ code }) => code)).toEqual(advice);
    expect(receipt.visibleTo).toBe(profile === "dendrite" ? "own-server" : "everyone");
    expect(await own.outbox()).toEqual([]);
  });

  it.each<[ProfileName, string[], object[]]>([
    ["msc2961", ["signatures-upload stored own-server observed", inProfile], [[], ["needs-profile-fields"]]],
    [
      "synapse-1.161",
      ["signatures-upload stored uploader read-back", inProfile],
      [["shown-by-accident"], ["needs-profile-fields"]],
    ],
    ["continuwuity", ["signatures-upload stored own-server observed", inProfile], [[], ["needs-profile-fields"]]],
  ])("on a server like %s, with a second account of the same server looking", async (profile, expected, remarks) => {
    const { own, signer, bob } = await setUp(profile);
    const receipt = await own.publish(await own.sign(signer), { observer: bob.client });
    expect(lines(receipt)).toEqual(expected);
    expect(receipt.routes.map((route) => route.remarks)).toEqual(remarks);
  });

  it("writes every room that is named, the same manifest as in the profile", async () => {
    const { own, signer, alice, bob } = await setUp("synapse-1.161");
    const rooms = [await createManifestRoom(bob, [alice]), await createManifestRoom(bob, [alice])];
    const receipt = await own.publish(await own.sign(signer), { rooms, observer: bob.client });
    expect(lines(receipt).slice(1)).toEqual([
      inProfile,
      "room-state stored room observed",
      "room-state stored room observed",
    ]);
    expect(receipt.routes.slice(2).map(({ roomId }) => roomId)).toEqual(rooms);
  });

  it("says what a room lacks that its admin did not prepare", async () => {
    const { own, signer, alice, bob } = await setUp("dendrite");
    const { body } = await bob.account.post("/v3/createRoom", { invite: [alice.account.userId] });
    await alice.account.post(`/v3/rooms/${encodeURIComponent(body.room_id)}/join`);
    const receipt = await own.publish(await own.sign(signer), { rooms: [body.room_id] });
    expect(receipt.advice.map(({ code }) => code)).toContain("prepare-the-room");
    expect(receipt.routes.find(({ route }) => route === "room-state")).toMatchObject({ stored: false });
  });

  it("takes exactly the routes that are chosen, the impossible too", async () => {
    const { own, signer } = await setUp("synapse-strict");
    const receipt = await own.publish(await own.sign(signer), { routes: ["signatures-upload", "bundle"] });
    expect(lines(receipt)).toEqual([
      "signatures-upload refused nobody read-back ERR_PUBLISH_FAILED",
      "bundle accepted nobody read-back",
    ]);
  });

  it("uploads the key once more where that lets more people see it and the caller can authenticate", async () => {
    const { own, signer } = await setUp("tuwunel");
    const authenticate = async () => ({ type: "m.login.password", user: "alice-a", password: "password" });
    const receipt = await own.publish(await own.sign(signer), { authenticate });
    expect(lines(receipt)).toEqual([
      `signatures-upload ${unavailable}`,
      "bootstrap stored own-server inferred",
      inProfile,
    ]);
  });

  it.each<[ProfileName, string[]]>([
    ["continuwuity", [onKeyOfOwnServer, inProfile]],
    ["synapse-1.161", ["signatures-upload stored uploader read-back", `bootstrap ${unavailable}`, inProfile]],
  ])("asks for no password on a server like %s, where it would gain nothing", async (profile, expected) => {
    const { own, signer } = await setUp(profile);
    const authenticate = async () => {
      throw new Error("asked");
    };
    expect(lines(await own.publish(await own.sign(signer), { authenticate }))).toEqual(expected);
  });
});

describe("a bundle", () => {
  it("convinces a reader who imports it, where nothing else carries the signature", async () => {
    const { own, signer, alice, bob } = await setUp("dendrite");
    const receipt = await own.publish(await own.sign(signer), { routes: ["bundle"] });
    const scope = { users: [alice.account.userId] };
    const reader = await Countersign.create(bob.client, {
      algorithms: [stampAlgorithm({ hashes: true })],
      anchors: [
        { id: "company", algorithm: signer.algorithm, key: signer.fingerprint, speaksFor: "scope" as const, scope },
      ],
      store: memoryStore(),
    });
    expect(await reader.importBundle(receipt.routes[0]?.bundle ?? "")).toEqual([alice.account.userId]);
    for await (const assessment of reader.assess([alice.account.userId])) {
      expect(assessment).toMatchObject({ level: "trusted", reports: [{ seenIn: ["bundle"] }] });
    }
  });
});

import { Countersign, type CountersignOptions } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { type EmbeddedUser, embeddedUser } from "../support/embedded-user.js";
import { createManifestRoom } from "../support/manifest-room.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const servers: Listening[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function setUp() {
  const homeserver = createHomeserver({ profile: "dendrite" });
  const server = await homeserver.listen();
  servers.push(server);
  const users = await Promise.all(["alice-a", "bob-bob-", "admin-ad"].map((name) => embeddedUser(server.url, name)));
  const [alice, bob, admin] = users as [EmbeddedUser, EmbeddedUser, EmbeddedUser];
  const signer = await stampSigner();
  const anchors = [
    {
      id: "company",
      algorithm: signer.algorithm,
      key: signer.fingerprint,
      speaksFor: "scope" as const,
      scope: { users: [alice.account.userId] },
    },
  ];
  const open = (user: EmbeddedUser, options: Partial<CountersignOptions> = {}): Promise<Countersign> =>
    Countersign.create(user.client, {
      algorithms: [stampAlgorithm({ hashes: true })],
      anchors,
      outbox: "manual",
      store: memoryStore(),
      ...options,
    });
  return { homeserver, alice, bob, admin, signer, open };
}

const levelOf = async (reader: Countersign, { account }: EmbeddedUser): Promise<string> => {
  for await (const { level, reports, problems } of reader.assess([account.userId])) {
    return [level, ...reports.flatMap(({ seenIn }) => seenIn ?? []), ...problems].join(" ");
  }
  throw new Error("no assessment");
};

it("an admin prepares a room, a member publishes there, another one reads it with one request for everybody", async () => {
  const { homeserver, alice, bob, admin, signer, open } = await setUp();
  const { body } = await admin.account.post("/v3/createRoom", {
    invite: [alice.account.userId, bob.account.userId],
  });
  const roomId = String(body.room_id);
  for (const { account } of [alice, bob]) await account.post(`/v3/rooms/${encodeURIComponent(roomId)}/join`);
  const asAdmin = await open(admin);
  expect(await asAdmin.prepareRoom(roomId)).toMatchObject({ ready: false, canSet: true, applied: false });
  expect(await asAdmin.prepareRoom(roomId, { apply: true })).toMatchObject({ ready: true, applied: true });

  const own = await open(alice, { rooms: [roomId] });
  const receipt = await own.publish(await own.sign(signer), { routes: ["room-state"] });
  expect(receipt).toMatchObject({ visibleTo: "room", routes: [{ route: "room-state", roomId, stored: true }] });

  const asked: string[] = [];
  homeserver.onRequest(({ path }) => asked.push(path));
  expect(await levelOf(await open(bob, { rooms: [roomId] }), alice)).toBe("trusted room-state");
  expect(asked.map((path) => path.split("/").at(-1)).sort()).toEqual(["query", "state"]);
});

it("a manifest is carried over to the room that replaced another", async () => {
  const { alice, bob, admin, signer, open } = await setUp();
  const roomId = await createManifestRoom(admin, [alice, bob]);
  const own = await open(alice, { rooms: [roomId] });
  await own.publish(await own.sign(signer), { routes: ["room-state"] });
  const answer = await admin.account.post(`/v3/rooms/${encodeURIComponent(roomId)}/upgrade`, { new_version: "10" });
  const replacement = String(answer.body.replacement_room);
  for (const { account } of [alice, bob]) {
    await admin.account.post(`/v3/rooms/${encodeURIComponent(replacement)}/invite`, { user_id: account.userId });
    await account.post(`/v3/rooms/${encodeURIComponent(replacement)}/join`);
  }
  expect(await levelOf(await open(bob, { rooms: [replacement] }), alice)).toBe("unproven");
  expect(await own.carryOver(roomId, replacement)).toBe(true);
  expect(await levelOf(await open(bob, { rooms: [replacement] }), alice)).toBe("trusted room-state");
  expect(await own.carryOver(roomId, replacement)).toBe(true);
});

it("of what nobody published nothing is carried over", async () => {
  const { alice, admin, open } = await setUp();
  const rooms = [await createManifestRoom(admin, [alice]), await createManifestRoom(admin, [alice])] as const;
  const own = await open(alice, { rooms: [rooms[0]] });
  expect(await own.carryOver(...rooms)).toBe(false);
  const userId = encodeURIComponent(alice.account.userId);
  const path = `/v3/rooms/${encodeURIComponent(rooms[1])}/state/org.matrix.msc2961.signatures/${userId}`;
  expect(await alice.account.get(path)).toMatchObject({ status: 404 });
});

it.each([
  [{ rooms: ["#alias:example.org"] }, "ERR_OPTION_INVALID"],
  [{ rooms: ["!\ud800:example.org"] }, "ERR_OPTION_INVALID"],
  [{ rooms: Array.from({ length: 101 }, (_, index) => `!${index}:example.org`) }, "ERR_OPTION_INVALID"],
  [{ direct: "example.org" as never }, "ERR_OPTION_INVALID"],
  [{ outbox: "never" as never }, "ERR_OPTION_INVALID"],
])("refuses options that mean nothing", async (options, code) => {
  const { alice, open } = await setUp();
  await expect(open(alice, options)).rejects.toMatchObject({ code });
});

/**
 * A signature can tell more than its owner means to: `gpg -u mail` writes the signer's address into it. It goes nowhere unless
 * the owner says so, and where it stands in a room by the owner's word it does not follow the next manifest into the profile.
 */
import { Countersign, type OwnSignature } from "matrix-countersign";
import { openpgp } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";
import { createManifestRoom } from "../support/manifest-room.js";
import { makeKey, makeSignature, primaryPackets, signaturePacket, type TestKey } from "../support/openpgp.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const servers: Listening[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const address = "alice@home.example";

async function setUp() {
  const homeserver = createHomeserver({ profile: "msc2961" });
  const server = await homeserver.listen();
  servers.push(server);
  const [alice, bob] = [await embeddedUser(server.url, "alice"), await embeddedUser(server.url, "bob")];
  const key = makeKey();
  const own = await Countersign.create(alice.client, {
    algorithms: [openpgp({ keys: primaryPackets(key, { userIds: [address] }) }), stampAlgorithm({ hashes: true })],
    outbox: "manual",
    store: memoryStore(),
  });
  const written: string[] = [];
  homeserver.onRequest(({ method, path }) => {
    if (method === "PUT" || path.endsWith("upload")) written.push(path);
  });
  return { alice, bob, own, written, signature: await signWithAddress(own, key) };
}

/** As `gpg -u address` does: with the Signer's User ID in the signature. */
async function signWithAddress(own: Countersign, key: TestKey): Promise<OwnSignature> {
  const request = await own.prepare({ algorithm: "org.openpgp.signature" });
  const hashed = [{ type: 28, body: new TextEncoder().encode(address) }];
  return own.accept(request, signaturePacket(makeSignature(key, { type: 0, data: request.bytes, hashed })));
}

const manifestPath = (userId: string): string =>
  `/v3/profile/${encodeURIComponent(userId)}/org.matrix.msc2961.signatures`;

it("goes nowhere, and every receipt names the rule", async () => {
  const { own, signature, written } = await setUp();
  const receipt = await own.publish(signature);
  expect(receipt).toMatchObject({ published: false, visibleTo: "nobody" });
  expect(receipt.routes.every(({ findings }) => findings?.[0]?.rule === "personal-data")).toBe(true);
  expect(receipt.advice.map(({ code }) => code)).toContain("override-a-rule");
  expect(JSON.stringify(receipt)).not.toContain(address);
  expect(written).toEqual([]);
  expect(await own.outbox()).toMatchObject([{ state: "stopped", reason: "ERR_PUBLISH_UNSAFE" }]);
});

it("goes where the owner says, and from there nowhere else", async () => {
  const { alice, bob, own, signature, written } = await setUp();
  const roomId = await createManifestRoom(bob, [alice]);
  written.length = 0;
  const inRoom = await own.publish(signature, { routes: ["room-state"], rooms: [roomId], force: ["personal-data"] });
  expect(inRoom).toMatchObject({ visibleTo: "room", routes: [{ roomId, stored: true }] });
  const other = await own.publish(await own.sign(await stampSigner()), { rooms: [roomId] });
  expect(other.routes).toMatchObject([
    { route: "signatures-upload", stored: true },
    { route: "profile-field", stored: false, findings: [{ rule: "personal-data" }] },
    { route: "room-state", roomId, stored: true },
    { route: "bundle", findings: [{ rule: "personal-data" }] },
  ]);
  expect(await alice.account.get(manifestPath(alice.account.userId))).toMatchObject({ status: 404 });
});

it("is told before it is signed what will be public: the smallest audience first, and what nobody can recall", async () => {
  const { own } = await setUp();
  const { disclosures } = await own.prepare({ algorithm: "org.openpgp.signature" });
  expect(disclosures.map(({ route, recall }) => [route, recall])).toEqual([
    ["room-state", "history"],
    ["profile-field", "removable"],
    ["bundle", "unknown"],
    ["signatures-upload", "never"],
    ["bootstrap", "never"],
  ]);
});

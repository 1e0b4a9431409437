/** A homeserver that adds: nobody's vouch can be made by it, and what it takes back in the owner's name does not last. */
import { beforeEach, expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";

const roomId = "!company:example.org";
let stage: ReadingStage;
let alice: ReadingOwner;
let mallory: ReadingOwner;

beforeEach(async () => {
  stage = await readingStage();
  alice = await stage.owner();
  mallory = await stage.owner("@mallory:example.org");
});

const assess = (userId: string) => {
  stage.now += 700_000;
  return stage.assess(userId, { rooms: [roomId] });
};

const everywhere = (userId: string, manifest: object) => {
  stage.fields.set(userId, manifest);
  stage.room(roomId, new Map([[userId, manifest]]));
};

it("a vouch for another user, in every place, convinces nobody", async () => {
  everywhere(mallory.userId, await mallory.approved({ external: alice.vouch }));
  const signatures = { [mallory.userId]: alice.vouch };
  stage.masterKeys.set(mallory.userId, { ...mallory.master.object, signatures });
  const { level, reports } = await assess(mallory.userId);
  expect(level).toBe("unproven");
  expect(reports).toMatchObject([{ status: "invalid", seenIn: ["master-key", "room-state"] }]);
});

it("a self-signing key that the master key did not sign approves nothing", async () => {
  const forged = await makeCrossSigningKey(alice.userId, "self_signing");
  stage.selfSigningKeys.set(alice.userId, forged.object);
  everywhere(alice.userId, await alice.approved({ withdrawn: [{ key: stage.companyHash }] }, forged));
  expect((await assess(alice.userId)).problems).toContain("manifest-unapproved");
  expect(await stage.store.getManifests([alice.userId])).toEqual(new Map());
});

it("what it takes back in the owner's name counts while it is served, and not a moment longer", async () => {
  const manifest = await alice.approved();
  everywhere(alice.userId, manifest);
  expect((await assess(alice.userId)).level).toBe("trusted");
  everywhere(alice.userId, { ...manifest, external: {}, withdrawn: [{ key: stage.companyHash }] });
  const signatures = { [alice.userId]: alice.vouch };
  stage.masterKeys.set(alice.userId, { ...alice.master.object, signatures });
  const { problems } = await assess(alice.userId);
  expect(problems).toEqual(expect.arrayContaining(["manifest-unapproved", "manifest-added"]));
  everywhere(alice.userId, manifest);
  expect(await assess(alice.userId)).toMatchObject({ level: "trusted", problems: [] });
});

it("a sequence in the far future shuts out no later manifest", async () => {
  everywhere(alice.userId, alice.manifest({ sequence: Number.MAX_SAFE_INTEGER, external: {} }));
  expect((await assess(alice.userId)).problems).toContain("manifest-ahead");
  everywhere(alice.userId, await alice.approved({ sequence: stage.now }));
  expect(await assess(alice.userId)).toMatchObject({ level: "trusted", problems: [] });
});

it("an event in another user's name is read neither as theirs nor as its sender's", async () => {
  stage.room(roomId, new Map(), [alice.userId, mallory.userId]);
  const withdrawn = alice.manifest({ external: {}, withdrawn: [{ key: stage.companyHash }] });
  const event = { type: "org.matrix.msc2961.signatures", state_key: alice.userId, sender: mallory.userId };
  stage.rooms.get(roomId)?.push({ ...event, content: withdrawn });
  stage.fields.set(alice.userId, await alice.approved());
  expect(await assess(alice.userId)).toMatchObject({ level: "trusted", problems: [] });
});

it("ten thousand signatures in a room cost no more than the first few of them", async () => {
  const flood = Array.from({ length: 10_000 }, (_, index) => [`custom:org.example.stamp:${btoa(`${index}`)}`, "eA"]);
  everywhere(alice.userId, alice.manifest({ external: Object.fromEntries(flood) }));
  const before = stage.algorithm.asked;
  expect((await assess(alice.userId)).level).toBe("unproven");
  expect(stage.algorithm.asked - before).toBeLessThanOrEqual(128);
});

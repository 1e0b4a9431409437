/** A homeserver that serves what was true before. */
import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";
import { json } from "../support/scripted-fetch.js";

const roomId = "!company:example.org";
let stage: ReadingStage;
let alice: ReadingOwner;
let before: JsonObject;
let after: JsonObject;

beforeEach(async () => {
  stage = await readingStage();
  alice = await stage.owner();
  const signatures = { [alice.userId]: alice.vouch };
  stage.masterKeys.set(alice.userId, { ...alice.master.object, signatures });
  before = await alice.approved();
  after = await alice.approved({ sequence: stage.now + 1, external: {}, withdrawn: [{ key: stage.companyHash }] });
});

const assess = (change: Parameters<typeof stage.assess>[1] = {}) => {
  stage.now += 700_000;
  return stage.assess(alice.userId, change);
};

it("rolls back the profile in vain", async () => {
  stage.fields.set(alice.userId, after);
  expect((await assess()).level).toBe("rejected");
  stage.fields.set(alice.userId, before);
  expect(await assess()).toMatchObject({ level: "rejected", problems: ["manifest-rolled-back"] });
});

it("rolls back a room in vain, and the profile is asked after all", async () => {
  stage.fields.set(alice.userId, after);
  stage.room(roomId, new Map([[alice.userId, after]]));
  expect((await assess({ rooms: [roomId] })).level).toBe("rejected");
  expect(stage.profilesAsked).toBe(0);
  stage.room(roomId, new Map([[alice.userId, before]]));
  expect(await assess({ rooms: [roomId] })).toMatchObject({ level: "rejected", problems: ["manifest-outdated-copy"] });
  expect(stage.profilesAsked).toBe(1);
});

it("rolls back profile and room in vain", async () => {
  stage.room(roomId, new Map([[alice.userId, after]]));
  expect((await assess({ rooms: [roomId] })).level).toBe("rejected");
  stage.room(roomId, new Map([[alice.userId, before]]));
  stage.fields.set(alice.userId, before);
  expect(await assess({ rooms: [roomId] })).toMatchObject({ level: "rejected", problems: ["manifest-rolled-back"] });
});

it("rolls back in vain what a bundle showed", async () => {
  stage.fields.set(alice.userId, before);
  const bundles = new Map([[alice.userId, [after]]]);
  expect((await assess({ bundles })).level).toBe("rejected");
  expect(await assess()).toMatchObject({ level: "rejected", problems: ["manifest-rolled-back"] });
});

it("serves one reader's room an older copy than the profile: said at the first sight of both", async () => {
  stage.fields.set(alice.userId, after);
  stage.room(roomId, new Map([[alice.userId, before]]), [alice.userId]);
  stage.rooms.get(roomId)?.push({ type: "m.room.tombstone", state_key: "", sender: stage.reader, content: {} });
  expect(await assess({ rooms: [roomId] })).toMatchObject({ level: "rejected", problems: ["manifest-outdated-copy"] });
});

it("keeps back a withdrawal by serving an unapproved copy of what was", async () => {
  stage.fields.set(alice.userId, after);
  await assess();
  const { signatures: _approval, ...bare } = before;
  stage.fields.set(alice.userId, { ...bare, sequence: stage.now + 2 });
  const assessment = await assess();
  expect(assessment.level).toBe("rejected");
  expect(assessment.problems).toContain("manifest-rolled-back");
});

describe("the reader's own cache", () => {
  it("does not hide a newer manifest that another place showed", async () => {
    stage.fields.set(alice.userId, before);
    expect((await stage.assess(alice.userId)).level).toBe("trusted");
    stage.fields.set(alice.userId, after);
    stage.room(roomId, new Map([[alice.userId, after]]));
    expect(await stage.assess(alice.userId, { rooms: [roomId] })).toMatchObject({ level: "rejected", problems: [] });
  });

  it("keeps no answer of another user", async () => {
    const bob = await stage.owner("@bob:example.org");
    stage.intercept = ({ url }) =>
      url.pathname.includes("/profile/") ? json({ "org.matrix.msc2961.signatures": after }) : undefined;
    await stage.assess(bob.userId);
    stage.intercept = () => undefined;
    stage.fields.set(bob.userId, await bob.approved());
    stage.now += 700_000;
    expect(await stage.assess(bob.userId)).toMatchObject({ level: "trusted", problems: [] });
  });
});

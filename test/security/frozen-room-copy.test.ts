import type { JsonObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { field, readingStage } from "../support/reading-stage.js";

const room = "!space:example.org";
const admin = "@admin:evil.example";

function state(type: string, content: JsonObject): JsonObject {
  return { type, state_key: "", sender: admin, content };
}

/** An owner whose copy in a room vouches, and whose profile takes it back: the room's admin saw to it that the copy stays. */
async function withdrawnInProfileAlone(...frozenBy: JsonObject[]) {
  const stage = await readingStage();
  const alice = await stage.owner();
  stage.room(room, new Map([[alice.userId, await alice.approved()]]));
  stage.rooms.get(room)?.push(state("m.room.create", { room_version: "11" }), ...frozenBy);
  const withdrawn = [{ key: stage.companyHash }];
  stage.fields.set(alice.userId, await alice.approved({ sequence: stage.now + 1, external: {}, withdrawn }));
  return { stage, assessment: await stage.assess(alice.userId, { rooms: [room] }) };
}

const open = { events: { [field]: 0 }, state_default: 50 };

it.each<[string, JsonObject]>([
  ["lets members no longer write it", state("m.room.power_levels", { state_default: 50 })],
  ["muted its owner", state("m.room.power_levels", { ...open, users: { "@alice:example.org": -1 } })],
  ["says its levels in no number", state("m.room.power_levels", { events: { [field]: "much" } })],
  ["holds back its levels", { ...state("m.room.power_levels", {}), content: null } as unknown as JsonObject],
  ["says its levels in no table", state("m.room.power_levels", { events: 7 })],
  ["shut its owner's server out", state("m.room.server_acl", { allow: ["*"], deny: ["Example.*"] })],
  ["lets in other servers alone", state("m.room.server_acl", { allow: ["*.example.org", "evil.example"] })],
  [
    "shuts its owner's server out by a pattern",
    state("m.room.server_acl", { allow: ["?xample.org"], deny: ["*e.o*g"] }),
  ],
  ["says in no list whom it lets in", state("m.room.server_acl", { allow: "*" })],
])("a copy in a room is not taken for the newest where its admin %s", async (_how, frozenBy) => {
  const { assessment } = await withdrawnInProfileAlone(frozenBy);
  expect(assessment).toMatchObject({
    level: "rejected",
    reasons: [{ code: "withdrawn" }],
    problems: ["manifest-outdated-copy"],
  });
});

it.each<[string, JsonObject[]]>([
  ["who may write it", [state("m.room.power_levels", open)]],
  ["with the power for it", [state("m.room.power_levels", { users: { "@alice:example.org": 50 } })]],
  [
    "who made the room",
    [
      { ...state("m.room.create", { room_version: "12" }), sender: "@alice:example.org" },
      state("m.room.power_levels", {}),
    ],
  ],
  ["of a server that is let in", [state("m.room.server_acl", { allow: ["*"], deny: ["*.evil.example"] })]],
])("the copy of an owner %s costs no request for a profile", async (_who, levels) => {
  const { stage, assessment } = await withdrawnInProfileAlone(...levels);
  expect(assessment.level).toBe("trusted");
  expect(stage.profilesAsked).toBe(0);
});

it("a pattern of many stars holds nobody up", async () => {
  const deny = Array.from({ length: 1000 }, () => `${"*e".repeat(100)}*x`);
  const { assessment } = await withdrawnInProfileAlone(state("m.room.server_acl", { allow: ["*"], deny }));
  expect(assessment.level).toBe("trusted");
});

it.each([
  ["is frozen where the room takes no servers without a name", false, 1],
  ["is like any other where it takes them", true, 0],
])("the copy of an owner whose server has an address for a name %s", async (_how, allowsAddresses, asked) => {
  for (const server of ["192.0.2.1:8448", "[2001:db8::1]"]) {
    const stage = await readingStage();
    const { userId, approved } = await stage.owner(`@alice:${server}`);
    stage.room(room, new Map([[userId, await approved()]]));
    stage.rooms.get(room)?.push(state("m.room.server_acl", { allow: ["*"], allow_ip_literals: allowsAddresses }));
    await stage.readOne(userId, { rooms: [room] });
    expect(stage.profilesAsked).toBe(asked);
  }
});

import { expect, it } from "vitest";
import { judgeManifests } from "../../src/model/manifest/judge-manifests.js";
import { inProfile, inRoom, makeAuthor, now, rememberedOf } from "../support/manifests.js";

const keyHash = "a".repeat(64);
const author = await makeAuthor();
const { owner, write, approve } = author;
const parts = { external: { 1: "c2ln", 2: "c2lnMg" }, withdrawn: [{ key: keyHash }] };
const approved = await approve(write(0, parts));
const remembered = await rememberedOf(owner, inProfile(approved));
const judge = (content: object | undefined, seen = remembered, ...more: ReturnType<typeof inRoom>[]) =>
  judgeManifests({ copies: [inProfile(content as typeof approved), ...more], remembered: seen, owner, now });
const isTakenBack = { withdrawn: expect.arrayContaining([expect.objectContaining({ key: keyHash })]) };

it.each<[string, object, string[]]>([
  ["a withdrawal", { ...approved, withdrawn: [] }, ["manifest-unapproved", "manifest-rolled-back", "manifest-dropped"]],
  ["a signature", { ...approved, external: {} }, ["manifest-unapproved", "manifest-rolled-back", "manifest-dropped"]],
  [
    "a withdrawal and the approval",
    write(0, { ...parts, withdrawn: [] }),
    ["manifest-rolled-back", "manifest-dropped"],
  ],
  ["everything", {}, ["manifest-rolled-back"]],
])("a server that strips %s takes no withdrawal from a reader who saw it", async (_what, content, problems) => {
  expect(await judge(content)).toMatchObject({ ...isTakenBack, problems, isCurrent: false, remember: [] });
});

it("a server that strips the field away takes no withdrawal from a reader who saw it", async () => {
  expect(await judge(undefined)).toMatchObject({ ...isTakenBack, problems: ["manifest-rolled-back"] });
});

it("a server that strips the approval alone gains nothing", async () => {
  expect(await judge(write(0, parts))).toMatchObject({ ...isTakenBack, problems: [] });
});

it("a reader who never saw it is told by a room that has it", async () => {
  const stripped = write(0, { ...parts, withdrawn: [] });
  expect(await judge(stripped, [], inRoom(approved))).toMatchObject({ ...isTakenBack, problems: ["manifest-dropped"] });
});

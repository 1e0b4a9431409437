import { expect, it } from "vitest";
import { judgeManifests } from "../../src/model/manifest/judge-manifests.js";
import { approversOf } from "../../src/model/manifest/manifest-approval.js";
import { inBundle, inProfile, inRoom, makeAuthor, now, rememberedOf } from "../support/manifests.js";

const keyHash = "a".repeat(64);
const author = await makeAuthor();
const { owner, write, approve } = author;
const old = await approve(write(0, { external: { 1: "c2ln" } }));
const newest = await approve(write(1, { withdrawn: [{ key: keyHash }] }));
const remembered = await rememberedOf(owner, inProfile(newest));

it.each([
  ["in the profile", [inProfile(old)]],
  ["in a room", [inRoom(old)]],
  ["in both", [inProfile(old), inRoom(old)]],
  ["in the profile with a bundle beside it", [inProfile(old), inBundle(old)]],
] as const)("an old manifest served %s gives nothing back", async (_where, copies) => {
  const judged = await judgeManifests({ copies, remembered, owner, now });
  expect(judged.problems).toEqual(["manifest-rolled-back"]);
  expect(judged).toMatchObject({ isCurrent: false, remember: [] });
  // The old manifest holds the signature, but it is not the one that takes back.
  const [{ manifest } = { manifest: "" }] = judged.withdrawn;
  expect(judged.signatures[0]?.manifests).not.toContain(manifest);
});

it("a server that hides the self-signing key makes no reader forget what it took back", async () => {
  for (const selfSigningKey of [{}, author.selfSigningKey.object]) {
    const hidden = { ...owner, selfSigningKey };
    expect(await approversOf(hidden)).toEqual([author.masterKeyName]);
    const judged = await judgeManifests({ copies: [inProfile(old)], remembered, owner: hidden, now });
    expect(judged.problems).toContain("manifest-rolled-back");
    expect(judged.withdrawn).toMatchObject([{ key: keyHash }]);
  }
});

it("an old manifest under a sequence that was raised is no approved one", async () => {
  const raised = { ...old, sequence: now + 2 };
  const judged = await judgeManifests({ copies: [inProfile(raised)], remembered, owner, now });
  expect(judged.problems).toEqual(["manifest-unapproved", "manifest-rolled-back"]);
  expect(judged.withdrawn).toMatchObject([{ key: keyHash }]);
});

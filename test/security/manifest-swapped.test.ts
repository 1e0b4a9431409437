import { expect, it } from "vitest";
import { judgeManifests } from "../../src/model/manifest/judge-manifests.js";
import { inBundle, inProfile, inRoom, makeAuthor, now, rememberedOf } from "../support/manifests.js";

const keyHash = "a".repeat(64);
const parts = { external: { 1: "c2ln" }, withdrawn: [{ key: keyHash }] };
const alice = await makeAuthor();
const mallory = await makeAuthor("@mallory:example.org");
const nothing = { signatures: [], withdrawn: [], remember: [], isCurrent: false };

const judge = (content: Awaited<ReturnType<typeof alice.approve>>) =>
  Promise.all(
    [inProfile, inRoom, inBundle].map((place) =>
      judgeManifests({ copies: [place(content)], remembered: [], owner: alice.owner, now }),
    ),
  );

it("another user's approved manifest says nothing about this one", async () => {
  for (const judged of await judge(await mallory.approve(mallory.write(0, parts)))) {
    expect(judged).toMatchObject({ ...nothing, problems: ["manifest-malformed"] });
  }
});

it("another user who writes this one's name into his manifest approves nothing", async () => {
  const forged = { ...mallory.write(0, parts), user_id: alice.owner.userId };
  for (const judged of await judge(await mallory.approve(forged))) {
    // For his master key: what this user's identity reset would leave behind, so no more than ignored.
    expect(judged).toMatchObject({ ...nothing, problems: [] });
  }
  const { signatures } = await mallory.approve(alice.write(0, parts));
  for (const judged of await judge({ ...alice.write(0, parts), signatures })) {
    expect(judged.remember).toEqual([]);
  }
});

it("what was remembered of another user counts for nobody else", async () => {
  const remembered = await rememberedOf(mallory.owner, inProfile(await mallory.approve(mallory.write(0, parts))));
  expect(remembered).toHaveLength(1);
  const relabelled = remembered.map((seen) => ({
    ...seen,
    userId: alice.owner.userId,
    masterKey: alice.masterKeyName,
  }));
  for (const seen of [remembered, relabelled]) {
    const judged = await judgeManifests({ copies: [inProfile(undefined)], remembered: seen, owner: alice.owner, now });
    expect(judged).toMatchObject({ withdrawn: [], problems: [] });
  }
});

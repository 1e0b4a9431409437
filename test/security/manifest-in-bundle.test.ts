import { expect, it } from "vitest";
import { judgeManifests } from "../../src/model/manifest/judge-manifests.js";
import { inBundle, inProfile, makeAuthor, now, rememberedOf } from "../support/manifests.js";

const withdrawn = [{ key: "a".repeat(64) }];
const author = await makeAuthor();
const { owner, write, approve } = author;
const approved = await approve(write(0, { external: { 1: "c2ln" } }));
const remembered = await rememberedOf(owner, inProfile(approved));

it.each<[string, object]>([
  ["unapproved", write(5, { withdrawn })],
  ["with the approval of another manifest", { ...write(5, { withdrawn }), signatures: approved.signatures }],
  ["approved by a stranger", await approve(write(5, { withdrawn }), (await makeAuthor()).selfSigningKey)],
])("a bundle that anybody could have written takes nothing back: %s", async (_what, bundle) => {
  const copies = [inProfile(approved), inBundle(bundle as typeof approved)];
  for (const seen of [[], remembered]) {
    const judged = await judgeManifests({ copies, remembered: seen, owner, now });
    expect(judged.withdrawn).toEqual([]);
    expect(judged.remember.map(({ manifest }) => manifest)).not.toContain(bundle);
    expect(judged.isCurrent).toBe(true);
  }
});

it("an unapproved bundle makes no server's manifest look outdated", async () => {
  const copies = [inProfile(approved), inBundle(write(5))];
  expect((await judgeManifests({ copies, remembered, owner, now })).problems).toEqual([]);
});

it("an approved bundle takes back, and an old one cannot undo that", async () => {
  const newer = await approve(write(1, { withdrawn }));
  const fromBundle = await judgeManifests({ copies: [inBundle(newer)], remembered: [], owner, now });
  expect(fromBundle.withdrawn).toMatchObject(withdrawn);
  const copies = [inProfile(approved), inBundle(approved)];
  const later = await judgeManifests({ copies, remembered: fromBundle.remember, owner, now });
  expect(later).toMatchObject({ withdrawn, problems: ["manifest-rolled-back"] });
});

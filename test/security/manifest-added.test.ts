import { expect, it } from "vitest";
import { judgeManifests } from "../../src/model/manifest/judge-manifests.js";
import { inProfile, inRoom, keyId, makeAuthor, now, rememberedOf } from "../support/manifests.js";

const author = await makeAuthor();
const { owner, write, approve } = author;
const parts = { external: { 1: "c2ln" } };
const approved = await approve(write(0, parts));
const remembered = await rememberedOf(owner, inProfile(approved));

it("a signature that a server adds is told of, and held by no manifest of the owner's", async () => {
  const added = { ...approved, external: { [keyId("1")]: "c2ln", [keyId("2")]: "c2lnMg" } };
  const judged = await judgeManifests({ copies: [inProfile(added), inRoom(approved)], remembered, owner, now });
  expect(judged.problems).toEqual(["manifest-unapproved", "manifest-added"]);
  expect(judged.remember).toEqual([]);
  const [{ digest } = { digest: "" }] = remembered;
  const manifests = new Map(judged.signatures.map((one) => [one.signature.keyId, one.manifests]));
  expect(manifests.get(keyId("1"))).toContain(digest);
  expect(manifests.get(keyId("2"))).not.toContain(digest);
});

it("a withdrawal that a server adds spares what the owner holds in the next approved manifest", async () => {
  const added = write(0, { ...parts, withdrawn: [{ key: "a".repeat(64) }] });
  const newer = await approve(write(1, { external: { 1: "c2ln", 2: "c2lnMg" } }));
  const judged = await judgeManifests({ copies: [inRoom(added), inProfile(newer)], remembered, owner, now });
  const [{ manifest } = { manifest: "" }] = judged.withdrawn;
  for (const { manifests } of judged.signatures) expect(manifests).toContain(manifest);
});

it("a withdrawal that a server adds is never remembered as the owner's", async () => {
  const added = { ...approved, withdrawn: [{ key: "a".repeat(64) }] };
  const judged = await judgeManifests({ copies: [inProfile(added)], remembered: [], owner, now });
  expect(judged).toMatchObject({ problems: ["manifest-unapproved"], remember: [] });
  const later = await judgeManifests({ copies: [inProfile(approved)], remembered, owner, now });
  expect(later).toMatchObject({ withdrawn: [], problems: [] });
});

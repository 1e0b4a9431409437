import type { JsonObject } from "matrix-countersign";
import { beforeAll, describe, expect, it } from "vitest";
import type { IdentityProblem } from "../../src/model/identity.js";
import {
  heldBy,
  type JudgedManifests,
  judgeManifests,
  type ManifestCopy,
} from "../../src/model/manifest/judge-manifests.js";
import type { SeenManifest } from "../../src/model/manifest/seen-manifest.js";
import {
  inBundle,
  inProfile,
  inRoom,
  keyId,
  type ManifestAuthor,
  type ManifestParts,
  makeAuthor,
  now,
  rememberedOf,
} from "../support/manifests.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";

const [k1, k2] = ["1".repeat(64), "2".repeat(64)];

let author: ManifestAuthor;
beforeAll(async () => {
  author = await makeAuthor();
});

const write = (sequence: number, parts?: ManifestParts): JsonObject => author.write(sequence, parts);
const approved = (sequence: number, parts?: ManifestParts): Promise<JsonObject> =>
  author.approve(write(sequence, parts));
const byMaster = (sequence: number, parts?: ManifestParts): Promise<JsonObject> =>
  author.approve(write(sequence, parts), author.masterKey);

/** The judgement in short. */
async function judge(copies: readonly ManifestCopy[], remembered: readonly SeenManifest[] = []) {
  const judged = await judgeManifests({ copies, remembered, owner: author.owner, now });
  return { ...brief(judged), judged };
}

function brief({ signatures, withdrawn, problems, remember, isCurrent }: JudgedManifests) {
  return {
    problems: [...problems].sort() as IdentityProblem[],
    held: signatures.map(({ signature, place }) => `${place} ${signature.keyId.slice(keyId("").length)}`),
    withdrawn: withdrawn.map(({ key, value }) => (value === undefined ? key : `${key}/${value}`)),
    remembered: remember.map(({ sequence }) => sequence - now),
    isCurrent,
  };
}

describe("one approved manifest", () => {
  it("gives its signatures and withdrawals, and is remembered", async () => {
    const manifest = await approved(0, { external: { 1: "c2ln", 2: "c2lnMg" }, withdrawn: [{ key: k1 }] });
    const { judged, ...found } = await judge([inProfile(manifest)]);
    expect(found).toEqual({
      problems: [],
      held: ["profile-field 1", "profile-field 2"],
      withdrawn: [k1],
      remembered: [0],
      isCurrent: true,
    });
    const [{ manifest: name } = { manifest: "" }] = judged.withdrawn;
    expect(judged.signatures.map(({ manifests }) => manifests)).toEqual([[name], [name]]);
    expect(judged.remember[0]).toMatchObject({
      digest: name,
      manifest,
      approvedBy: expect.stringMatching(/^ed25519:/),
    });
  });

  it("has one name in two places, and its withdrawals stand there once", async () => {
    const manifest = await approved(0, { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }, { key: k1 }] });
    const { judged, ...found } = await judge([inProfile(manifest), inRoom(manifest)]);
    expect(found).toMatchObject({ held: ["profile-field 1", "room-state 1"], withdrawn: [k1], remembered: [0] });
    expect(new Set(judged.signatures.flatMap(({ manifests }) => manifests)).size).toBe(1);
    expect(judged.signatures[1]).toMatchObject({ roomId: "!room:example.org" });
    expect(judged.signatures[0]).not.toHaveProperty("roomId");
  });

  it("is not handed out for remembering twice", async () => {
    const manifest = await approved(0);
    const remembered = await rememberedOf(author.owner, inProfile(manifest));
    expect(await judge([inProfile(manifest)], remembered)).toMatchObject({ remembered: [], problems: [] });
    expect(await judge([inProfile(await approved(1))], remembered)).toMatchObject({ remembered: [1], problems: [] });
  });

  it("is found to hold what hangs on the key in another spelling", async () => {
    const { judged } = await judge([inProfile(await approved(0, { external: { 1: "+/8" } }))]);
    const names = judged.remember.map(({ digest }) => digest);
    const { userId } = author.owner;
    expect(heldBy({ userId, keyId: keyId("1"), value: "-_8=" }, judged)).toEqual(names);
    expect(heldBy({ userId, keyId: keyId("2"), value: "+/8" }, judged)).toEqual([]);
    expect(heldBy({ userId, keyId: keyId("1"), value: { a: 1.5 } }, judged)).toEqual([]);
  });
});

describe("no manifest", () => {
  it("is ordinary", async () => {
    const nothing = { problems: [], held: [], withdrawn: [], remembered: [], isCurrent: false };
    expect(await judge([])).toMatchObject(nothing);
    expect(await judge([inProfile(undefined), inRoom({}), inRoom(undefined, false)])).toMatchObject(nothing);
  });

  it.each<[string, (good: JsonObject) => JsonObject, IdentityProblem[]]>([
    ["another user's", (good) => ({ ...good, user_id: "@mallory:example.org" }), ["manifest-malformed"]],
    ["for another master key", (good) => ({ ...good, master_key: `ed25519:${"A".repeat(43)}` }), []],
    ["for a master key that is none", (good) => ({ ...good, master_key: "ed25519:AAAA" }), ["manifest-malformed"]],
    ["without a sequence", ({ sequence: _sequence, ...good }) => good, ["manifest-malformed"]],
    ["too large", (good) => ({ ...good, note: "x".repeat(32_768) }), ["manifest-malformed"]],
    ["nested too deeply to be written", (good) => ({ ...good, external: deep(20_000) }), ["manifest-malformed"]],
    ["a day and more ahead", (good) => ({ ...good, sequence: now + 86_400_001 }), ["manifest-ahead"]],
  ])("is one that is %s", async (_what, change, problems) => {
    const copy = change(write(0, { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] }));
    expect(await judge([inProfile(copy)])).toMatchObject({ problems, held: [], withdrawn: [], isCurrent: false });
  });

  it("one that is damaged gives what can be read", async () => {
    const copy = write(0, { external: { 1: "c2ln", 2: 7 }, withdrawn: [{ key: k1 }, { key: "no hash" }] });
    const damaged = { problems: ["manifest-malformed"], held: ["profile-field 1"], withdrawn: [k1] };
    expect(await judge([inProfile(copy)])).toMatchObject(damaged);
  });

  it("one that is less than a day ahead counts", async () => {
    expect(await judge([inProfile(write(86_400_000, { external: { 1: "c2ln" } }))])).toMatchObject({
      problems: [],
      held: ["profile-field 1"],
    });
  });
});

describe("an unapproved manifest", () => {
  it("takes back from profile and room, never from a bundle, and is not remembered", async () => {
    const copy = write(0, { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] });
    const found = { withdrawn: [k1], remembered: [], problems: [] };
    expect(await judge([inProfile(copy)])).toMatchObject(found);
    expect(await judge([inRoom(copy)])).toMatchObject(found);
    expect(await judge([inBundle(copy)])).toMatchObject({ ...found, withdrawn: [], held: ["bundle 1"] });
  });

  it("whose approval was lost in one place is approved by the one that kept it", async () => {
    const parts = { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] };
    const kept = await approved(0, parts);
    const remembered = await rememberedOf(author.owner, inProfile(kept));
    expect(await judge([inRoom(write(0, parts)), inProfile(kept)])).toMatchObject({ problems: [], withdrawn: [k1] });
    expect(await judge([inProfile(write(0, parts))], remembered)).toMatchObject({ problems: [], isCurrent: true });
  });

  it("spares what the owner approved later, and takes back all else", async () => {
    const old = inRoom(write(0, { external: { 2: "c2lnMg" }, withdrawn: [{ key: k1 }, { key: k2, value: k2 }] }));
    const newer = inProfile(await approved(1, { external: { 1: "c2ln" } }));
    const { judged, withdrawn, problems } = await judge([old, newer]);
    expect([withdrawn, problems]).toEqual([[k1, `${k2}/${k2}`], ["manifest-outdated-copy"]]);
    const [{ manifest } = { manifest: "" }] = judged.withdrawn;
    const { userId } = author.owner;
    expect(heldBy({ userId, keyId: keyId("1"), value: "c2ln" }, judged)).toContain(manifest);
    expect(heldBy({ userId, keyId: keyId("2"), value: "c2lnMg" }, judged)).toEqual([manifest]);
    expect(heldBy({ userId, keyId: keyId("3"), value: "b3RoZXI" }, judged)).toEqual([]);
  });

  it("does not spare what the owner approved before", async () => {
    const { judged } = await judge([
      inRoom(write(1, { withdrawn: [{ key: k1 }] })),
      inProfile(await approved(0, { external: { 1: "c2ln" } })),
    ]);
    const [{ manifest } = { manifest: "" }] = judged.withdrawn;
    const { userId } = author.owner;
    expect(heldBy({ userId, keyId: keyId("1"), value: "c2ln" }, judged)).not.toContain(manifest);
  });

  it.each<[string, ManifestParts, IdentityProblem[]]>([
    ["lost a signature", { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] }, ["manifest-dropped"]],
    ["lost a withdrawal", { external: { 1: "c2ln", 2: "c2ln" } }, ["manifest-dropped"]],
    [
      "gained a signature",
      { external: { 1: "c2ln", 2: "c2ln", 3: "c2ln" }, withdrawn: [{ key: k1 }] },
      ["manifest-added"],
    ],
    [
      "had a signature replaced",
      { external: { 1: "c2ln", 2: "b3RoZXI" }, withdrawn: [{ key: k1 }] },
      ["manifest-added", "manifest-dropped"],
    ],
    ["gained a note", { external: { 1: "c2ln", 2: "c2ln" }, withdrawn: [{ key: k1 }], note: "hello" }, []],
  ])("that %s beside the approved one of its sequence is told of", async (_what, parts, problems) => {
    const right = await approved(0, { external: { 1: "c2ln", 2: "c2ln" }, withdrawn: [{ key: k1 }] });
    const copies = [inRoom(write(0, parts)), inProfile(right)];
    expect(await judge(copies)).toMatchObject({ problems });
    const remembered = await rememberedOf(author.owner, inProfile(right));
    const known = await judge([inRoom(write(0, parts))], remembered);
    expect(known.problems).toEqual([...problems, "manifest-rolled-back"]);
    expect(known.withdrawn).toContain(k1);
  });

  it("with an approval that does not hold is told of", async () => {
    const changed = { ...(await approved(0)), external: { [keyId("1")]: "c2ln" } };
    expect(await judge([inProfile(changed)])).toMatchObject({
      problems: ["manifest-unapproved"],
      held: ["profile-field 1"],
      remembered: [],
    });
  });
});

describe("several approved manifests", () => {
  it("the highest alone takes back, and every copy's signatures are returned", async () => {
    const old = await approved(0, { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] });
    const newer = await approved(1, { external: { 2: "c2ln" }, withdrawn: [{ key: k2 }] });
    expect(await judge([inProfile(old), inRoom(newer)])).toMatchObject({
      problems: ["manifest-outdated-copy"],
      held: ["profile-field 1", "room-state 2"],
      withdrawn: [k2],
      remembered: [1],
      isCurrent: true,
    });
  });

  it("of one sequence take back together, and are told of until the owner writes again", async () => {
    const one = await approved(0, { withdrawn: [{ key: k1 }] });
    const other = await approved(0, { withdrawn: [{ key: k2 }] });
    const both = { problems: ["manifest-conflict"], withdrawn: [k1, k2] };
    expect(await judge([inProfile(one), inRoom(other)])).toMatchObject({ ...both, remembered: [0, 0] });
    const remembered = await rememberedOf(author.owner, inProfile(one), inRoom(other));
    expect(await judge([inProfile(one)], remembered)).toMatchObject(both);
    expect(await judge([inProfile(await approved(1))], remembered)).toMatchObject({ problems: [], withdrawn: [] });
  });

  it("a bundle that is older is ordinary, one that is newer shows what the servers keep back", async () => {
    const [old, newer] = [await approved(0), await approved(1, { withdrawn: [{ key: k1 }] })];
    expect(await judge([inProfile(newer), inBundle(old)])).toMatchObject({ problems: [], withdrawn: [k1] });
    expect(await judge([inProfile(old), inBundle(newer)])).toMatchObject({
      problems: ["manifest-outdated-copy"],
      withdrawn: [k1],
      remembered: [1],
      isCurrent: false,
    });
  });
});

describe("beside what was seen before", () => {
  const takenBack = { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] };

  it.each<[string, () => Promise<ManifestCopy[]>]>([
    ["an older one", async () => [inProfile(await approved(-1))]],
    ["none", async () => [inProfile(undefined)]],
    ["an emptied one", async () => [inRoom({})]],
    ["an unapproved newer one", async () => [inProfile(write(1))]],
  ])("%s is rolled back, and what was taken back stays so", async (_what, copies) => {
    const remembered = await rememberedOf(author.owner, inProfile(await approved(0, takenBack)));
    expect(await judge(await copies(), remembered)).toMatchObject({
      problems: ["manifest-rolled-back"],
      withdrawn: [k1],
      isCurrent: false,
      remembered: [],
    });
  });

  it("nothing is rolled back where nobody was asked", async () => {
    const remembered = await rememberedOf(author.owner, inProfile(await approved(0, takenBack)));
    const found = { problems: [], withdrawn: [k1] };
    expect(await judge([], remembered)).toMatchObject(found);
    expect(await judge([inBundle(await approved(-1))], remembered)).toMatchObject(found);
  });

  it("a remembered manifest spares its own signatures wherever they are found", async () => {
    const remembered = await rememberedOf(author.owner, inProfile(await approved(0, takenBack)));
    const { judged } = await judge([inProfile(await approved(-1, { external: { 1: "c2ln", 2: "c2ln" } }))], remembered);
    const names = remembered.map(({ digest }) => digest);
    expect(judged.withdrawn).toEqual([{ key: k1, manifest: names[0] }]);
    expect(judged.signatures.map(({ manifests }) => manifests)).toEqual([names, []]);
  });

  it("a newer one is no roll-back, and gives back what the older one took", async () => {
    const remembered = await rememberedOf(author.owner, inProfile(await approved(0, takenBack)));
    expect(await judge([inProfile(await approved(1))], remembered)).toMatchObject({ problems: [], withdrawn: [] });
  });

  it("what was seen for another master key or user says nothing", async () => {
    const [seen] = await rememberedOf(author.owner, inProfile(await approved(0, takenBack)));
    if (!seen) throw new Error("nothing was remembered");
    const others = [
      { ...seen, userId: "@bob:example.org" },
      { ...seen, masterKey: `ed25519:${"A".repeat(43)}` },
    ];
    expect(await judge([inProfile(undefined)], others)).toMatchObject({ problems: [], withdrawn: [] });
  });

  it("counts on where the reader's clock was set back", async () => {
    const remembered = await rememberedOf(author.owner, inProfile(await approved(0, takenBack)));
    const { owner } = author;
    const judged = await judgeManifests({
      copies: [inProfile(undefined)],
      remembered,
      owner,
      now: now - 9 * 86_400_000,
    });
    expect(brief(judged)).toMatchObject({ withdrawn: [k1], problems: ["manifest-rolled-back"] });
  });
});

describe("the master key", () => {
  it("does away with what the self-signing key approved before", async () => {
    const remembered = await rememberedOf(author.owner, inProfile(await approved(0, { withdrawn: [{ key: k1 }] })));
    const copies = [inProfile(await byMaster(1, { withdrawn: [{ key: k2 }] }))];
    expect(await judge(copies, remembered)).toMatchObject({ problems: [], withdrawn: [k2], remembered: [1] });
  });

  it("does not do away with what the self-signing key approved after", async () => {
    const copies = [
      inProfile(await approved(1, { withdrawn: [{ key: k1 }] })),
      inRoom(await byMaster(0, { withdrawn: [{ key: k2 }] })),
    ];
    expect(await judge(copies)).toMatchObject({ problems: ["manifest-outdated-copy"], withdrawn: [k1, k2] });
  });

  it("is needed to give back what it took back", async () => {
    const remembered = await rememberedOf(author.owner, inProfile(await byMaster(0, { withdrawn: [{ key: k1 }] })));
    expect(await judge([inProfile(await approved(1))], remembered)).toMatchObject({
      problems: ["manifest-rolled-back"],
      withdrawn: [k1],
    });
    expect(await judge([inProfile(await byMaster(1))], remembered)).toMatchObject({ problems: [], withdrawn: [] });
  });
});

describe("another self-signing key", () => {
  it("is no roll-back once it approved something newer, and gives nothing back", async () => {
    const remembered = await rememberedOf(author.owner, inProfile(await approved(0, { withdrawn: [{ key: k1 }] })));
    const next = await makeCrossSigningKey(author.owner.userId, "self_signing");
    const selfSigningKey = await author.approve(next.object, author.masterKey);
    const judgeNew = async (copy: JsonObject) =>
      brief(
        await judgeManifests({
          copies: [inProfile(copy)],
          remembered,
          owner: { ...author.owner, selfSigningKey },
          now,
        }),
      );
    expect(await judgeNew(await author.approve(write(1), next))).toMatchObject({ problems: [], withdrawn: [k1] });
    expect(await judgeNew(await author.approve(write(-1), next))).toMatchObject({ problems: ["manifest-rolled-back"] });
  });
});

describe("of an owner who left the room", () => {
  it("withdrawals count and signatures do not", async () => {
    const copy = inRoom(await approved(0, { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] }), false);
    expect(await judge([copy])).toMatchObject({ held: [], withdrawn: [k1], remembered: [0], isCurrent: false });
    const unapproved = inRoom(write(0, { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }] }), false);
    expect(await judge([unapproved])).toMatchObject({ held: [], withdrawn: [k1], remembered: [] });
  });

  it("an old or altered copy is not complained of, since the owner cannot mend it", async () => {
    for (const sequence of [-1, 0]) {
      const changed = { ...(await approved(sequence)), external: { [keyId("1")]: "c2ln" } };
      const copies = [inRoom(changed, false), inProfile(await approved(0))];
      expect(await judge(copies)).toMatchObject({ problems: [], isCurrent: true });
    }
  });
});

it("gives a manifest without canonical JSON a name, too", async () => {
  const odd = write(0, { external: { 1: "c2ln" }, withdrawn: [{ key: k1 }], note: 1.5 });
  const { judged } = await judge([inProfile(odd)]);
  expect(judged.withdrawn).toEqual([{ key: k1, manifest: expect.stringMatching(/^unsigned-/) }]);
  expect(judged.signatures[0]?.manifests).toEqual([judged.withdrawn[0]?.manifest]);
});

function deep(levels: number): unknown {
  return JSON.parse("[".repeat(levels) + "]".repeat(levels));
}

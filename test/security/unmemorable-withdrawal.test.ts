import type { JsonObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { readingStage } from "../support/reading-stage.js";

it.each<[string, JsonObject]>([
  ["unsigned words that no store takes", { unsigned: { half: 0.5 } }],
  ["unsigned words of half a character", { unsigned: { half: "\ud800" } }],
  ["somebody else's signature that no store takes", { signatures: { "@mallory:evil.example": { "ed25519:a": 0.5 } } }],
])("a withdrawal is remembered although it is served with %s", async (_what, planted) => {
  const stage = await readingStage();
  const alice = await stage.owner();
  const vouching = await alice.approved();
  const withdrawn = [{ key: stage.companyHash }];
  const taking = await alice.approved({ sequence: stage.now + 1, external: {}, withdrawn });
  const signatures = { ...(planted.signatures as object), ...(taking.signatures as object) };
  stage.fields.set(alice.userId, { ...taking, ...planted, signatures });
  expect((await stage.readOne(alice.userId)).withdrawn).toMatchObject(withdrawn);
  stage.fields.set(alice.userId, vouching);
  expect(await stage.assess(alice.userId, { fresh: true })).toMatchObject({
    level: "rejected",
    problems: ["manifest-rolled-back"],
  });
});

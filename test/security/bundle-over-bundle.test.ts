import { Countersign, type JsonObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { readingStage } from "../support/reading-stage.js";

async function stageWithBundles() {
  const stage = await readingStage();
  const alice = await stage.owner();
  const countersign = await Countersign.create(stage.client, {
    algorithms: [stage.algorithm],
    anchors: [
      {
        id: "company",
        algorithm: "org.example.stamp",
        key: stage.company.fingerprint,
        speaksFor: "scope",
        scope: { servers: ["example.org"] },
      },
    ],
    store: stage.store,
    now: () => stage.now,
    outbox: "manual",
    http: { fetch: stage.fetch, maxRetries: 0 },
  });
  const assess = async () => {
    for await (const assessment of countersign.assess([alice.userId], { fresh: true })) return assessment;
    throw new Error("no assessment");
  };
  return { stage, alice, countersign, assess };
}

it("a bundle takes away nothing that another one brought", async () => {
  const { stage, alice, countersign, assess } = await stageWithBundles();
  const withdrawn = [{ key: stage.companyHash }];
  stage.fields.set(alice.userId, await alice.approved());
  await countersign.importBundle(await alice.approved({ sequence: stage.now + 1, external: {}, withdrawn }));
  await countersign.importBundle({ manifests: [alice.manifest({ external: {} })] });
  expect(await assess()).toMatchObject({ level: "rejected", reasons: [{ code: "withdrawn" }] });
});

it("bundles of one user, however many, are not kept without end", async () => {
  const { stage, alice, countersign, assess } = await stageWithBundles();
  const junk = (start: number): JsonObject => ({
    manifests: Array.from({ length: 16 }, (_, index) => {
      const external = { [`custom:org.example.stamp:${start + index}`]: "c2ln" };
      return alice.manifest({ external, sequence: start + index });
    }),
  });
  for (let index = 0; index < 40; index++) await countersign.importBundle(junk(index * 16));
  for (let index = 0; index < 40; index++) await countersign.importBundle(junk(0));
  await countersign.importBundle(alice.manifest());
  const { level, reports } = await assess();
  expect(level).toBe("trusted");
  expect(reports.length).toBeLessThanOrEqual(65);
  expect(stage.algorithm.asked).toBeLessThanOrEqual(65);
});

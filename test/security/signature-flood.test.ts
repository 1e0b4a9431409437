import { expect, it } from "vitest";
import { setStage } from "../support/vouched-user.js";

it("10,000 signatures on one key cost no more than the first few of them, and the reader is told", async () => {
  const { server, victim, algorithm, assess } = await setStage();
  const served = server.masterKeys.get(victim) ?? {};
  const flood = Array.from({ length: 10_000 }, (_, index) => [`custom:org.example.stamp:${btoa(`${index}`)}`, "eA"]);
  server.masterKeys.set(victim, { ...served, signatures: { [victim]: Object.fromEntries(flood) } });
  server.manifests.delete(victim);
  const before = algorithm.asked;
  const assessment = await assess(victim);
  expect(algorithm.asked - before).toBe(128);
  expect(assessment).toMatchObject({ level: "unproven", problems: ["too-many-signatures"] });
  expect(assessment.reports).toHaveLength(1024);
  expect(assessment.reports.at(-1)).toMatchObject({ status: "indeterminate", code: "too-many" });
});

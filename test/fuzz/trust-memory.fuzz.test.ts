import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import type { IdentityAssessment } from "../../src/model/assessment.js";
import { assessIdentity } from "../../src/trust/index.js";
import { trustPopulation } from "../support/trust-population.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** What is kept of each assessment, bytes a user. */
async function bytesKept(count: number): Promise<number> {
  const { inputs, context } = await trustPopulation(count);
  const before = heapBytes();
  const kept: IdentityAssessment[] = inputs.map((input) => assessIdentity(input, context));
  const bytes = (heapBytes() - before) / count;
  expect(kept).toHaveLength(inputs.length);
  return bytes;
}

it("assessments take memory that grows no faster than the number of users", async () => {
  await bytesKept(1_000);
  const counts = [10_000, 20_000, 40_000];
  const kept: number[] = [];
  for (const count of counts) kept.push(await bytesKept(count));
  console.log(counts.map((count, index) => `${count} users: ${kept[index]?.toFixed(0)} bytes each`).join(", "));
  const [first = 0, ...others] = kept;
  for (const bytes of others) expect(bytes).toBeLessThan(1.1 * first);
});

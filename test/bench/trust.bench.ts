import { assessIdentity } from "matrix-countersign/trust";
import { expect, it } from "vitest";
import { trustPopulation } from "../support/trust-population.js";

const rounds = 30;
/** What a user may cost where nothing else keeps the processor busy. */
const wantedMicroseconds = 5;

it.each([10_000, 40_000])("assesses %s users against 50 anchors, with paths of depth 3", async (count) => {
  const { inputs, context } = await trustPopulation(count);
  const levels = inputs.map((input) => assessIdentity(input, context).level);
  expect(levels.filter((level) => level === "trusted")).toHaveLength(0.7 * count);
  const took = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (const input of inputs) assessIdentity(input, context);
    return ((performance.now() - start) * 1000) / count;
  }).sort((a, b) => a - b);
  const [least = Number.POSITIVE_INFINITY, middle = least] = [took[0], took[rounds / 2]];
  const share = (least / wantedMicroseconds).toFixed(2);
  console.log(
    `${count} users: ${least.toFixed(2)} µs a user at best (${share} of what is wanted), ${middle.toFixed(2)} in the middle`,
  );
});

import { expect, it } from "vitest";
import { trustProperties } from "../support/trust-properties.js";

it.each(Object.entries(trustProperties))("%s", async (_name, holds) => {
  const { trusted, ...others } = await holds({ numRuns: 150, seed: 1 });
  expect(trusted).toBeGreaterThan(0);
  expect(Object.values(others)).not.toEqual([0, 0, 0]);
});

import { expect, it } from "vitest";
import { trustProperties } from "../support/trust-properties.js";

it.each(Object.entries(trustProperties))("%s", async (_name, holds) => {
  const seen = await holds(200);
  expect(Object.values(seen).every((count) => count > 0)).toBe(true);
});

import { it } from "vitest";
import { trustProperties } from "../support/trust-properties.js";

it.each(Object.entries(trustProperties))("%s", async (_name, holds) => {
  await holds({ numRuns: 2000 });
});

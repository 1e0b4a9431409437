import { describe, it } from "vitest";
import { conformanceAlgorithms } from "../support/conformance-algorithms.js";

for (const { name: algorithm, cases } of conformanceAlgorithms) {
  describe(algorithm, () => {
    for (const { name, run } of cases) it(name, run);
  });
}

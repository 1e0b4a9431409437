import { describe, expect, it } from "vitest";
import { statusOfCode } from "../../src/model/report.js";
import { ruleChains } from "../support/chains.js";
import { judgePaths } from "../support/path-judge.js";

describe("the rules of RFC 5280 §6, one chain each:", () => {
  it.each(ruleChains().map(({ rule, code, chain }) => [rule, code, chain] as const))(
    "%s: %s",
    async (_rule, code, chain) => {
      const verdict = await judgePaths({ chain });
      expect(verdict.code).toBe(code);
      expect(verdict.status).toBe(statusOfCode[verdict.code]);
      expect(verdict.validPaths).toHaveLength(code === "valid" ? 1 : 0);
    },
  );
});

import { describe, expect, it } from "vitest";
import { cutEverywhere, measure, storeCuts } from "../support/cut-points.js";
import {
  accepting,
  expectPublishedOnce,
  expectWithdrawnOnce,
  publishing,
  withdrawing,
} from "../support/fault-deeds.js";

/** How often the store changes where nothing goes wrong. */
const writesOf = { accepting: 1, publishing: 5, withdrawing: 5 } as const;

describe.each(["synapse-strict", "dendrite"] as const)(
  "on a server like %s, cut short at every change of the store",
  (profile) => {
    it.each([
      ["accepting", accepting, expectPublishedOnce],
      ["publishing", publishing, expectPublishedOnce],
      ["withdrawing", withdrawing, expectWithdrawnOnce],
    ] as const)("%s loses nothing and does nothing twice", async (name, deed, judge) => {
      const { writes } = await measure(profile, deed);
      expect(writes).toBe(writesOf[name]);
      const cuts = { cuts: storeCuts, count: writes, maxRetries: 0 };
      const done = await cutEverywhere(profile, deed, cuts, (ending) => judge(profile, ending));
      expect(done).toBe(writesOf[name] * storeCuts.length);
    });
  },
);

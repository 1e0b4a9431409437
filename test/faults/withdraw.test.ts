import { describe, expect, it } from "vitest";
import { cutEverywhere, measure, requestCuts } from "../support/cut-points.js";
import { expectWithdrawnOnce, faultProfiles, withdrawing } from "../support/fault-deeds.js";

/** How many requests a withdrawal from profile and one room takes where nothing goes wrong. */
const requestsOf = { "synapse-1.161": 10, "synapse-strict": 10, dendrite: 6, continuwuity: 10 } as const;

describe.each(faultProfiles)("a withdrawal on a server like %s, cut short at every request in every way", (profile) => {
  // Without a retry the outbox has to mend everything; with one both have their part, which no server changes.
  it.each(profile === "synapse-1.161" ? [0, 1] : [0])(
    "is done exactly once after recovery, with %i retries",
    async (maxRetries) => {
      const { requests } = await measure(profile, withdrawing);
      expect(requests).toHaveLength(requestsOf[profile]);
      const cuts = { cuts: requestCuts, count: requests.length, maxRetries };
      const done = await cutEverywhere(profile, withdrawing, cuts, (ending) => expectWithdrawnOnce(profile, ending));
      expect(done).toBe(requestsOf[profile] * requestCuts.length);
    },
  );
});

import { describe, expect, it } from "vitest";
import { cutEverywhere, measure, requestCuts } from "../support/cut-points.js";
import { expectPublishedOnce, faultProfiles, publishing } from "../support/fault-deeds.js";

/** How many requests a publish to key, profile and one room takes where nothing goes wrong. */
const requestsOf = { "synapse-1.161": 9, "synapse-strict": 7, dendrite: 6, continuwuity: 9 } as const;

describe.each(faultProfiles)("a publish on a server like %s, cut short at every request in every way", (profile) => {
  // Without a retry the outbox has to mend everything; with one both have their part, which no server changes.
  it.each(profile === "synapse-1.161" ? [0, 1] : [0])(
    "is published exactly once after recovery, with %i retries",
    async (maxRetries) => {
      const { requests } = await measure(profile, publishing);
      expect(requests).toHaveLength(requestsOf[profile]);
      const cuts = { cuts: requestCuts, count: requests.length, maxRetries };
      const done = await cutEverywhere(profile, publishing, cuts, (ending) => expectPublishedOnce(profile, ending));
      expect(done).toBe(requestsOf[profile] * requestCuts.length);
    },
  );
});

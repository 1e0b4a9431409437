import { expect, it } from "vitest";
import { offlineSession } from "../support/offline-session.js";

/** Requests that the page made by itself: not what it loads of its own code. */
const requests = (): string[] =>
  (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
    .filter(({ initiatorType }) => ["fetch", "xmlhttprequest", "beacon", "other"].includes(initiatorType))
    .map(({ name }) => name);

it("an instance that is offline makes no request of the page", async () => {
  performance.clearResourceTimings();
  const { calls, assessed, refused, afterwards } = await offlineSession();
  expect(calls).toEqual([]);
  expect(assessed.fromKeyring).toMatchObject({ level: "trusted", problems: ["offline"] });
  expect(assessed.withResolvers.level).toBe("unproven");
  expect(new Set(refused)).toEqual(new Set(["ERR_HTTP_OFFLINE"]));
  expect(afterwards.level).toBe("trusted");
  // The page lists requests in the order in which they end, a little later: this one is behind all others.
  await fetch("/?marker");
  await expect.poll(requests).toContain(`${location.origin}/?marker`);
  expect(requests()).toHaveLength(1);
});

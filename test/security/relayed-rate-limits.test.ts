import { expect, it } from "vitest";
import { readingStage } from "../support/reading-stage.js";
import { matrixError } from "../support/scripted-fetch.js";

it("a server that limits the rate of requests for its users holds up a reader once, not once a user", async () => {
  const stage = await readingStage();
  const owners = [];
  for (let index = 0; index < 40; index++) owners.push(await stage.owner(`@user${index}:evil.example`));
  const alice = await stage.owner();
  stage.fields.set(alice.userId, alice.manifest());
  stage.intercept = ({ url }) =>
    url.pathname.includes("evil.example")
      ? matrixError(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 50_000 })
      : undefined;
  let waitedMs = 0;
  const http = stage.http({
    wait: async (ms) => {
      waitedMs += ms;
    },
  });
  const identities = await stage.read([...owners.map(({ userId }) => userId), alice.userId], {}, http);
  expect(identities.get(alice.userId)).toMatchObject({ problems: [], signatures: [{ seenIn: ["profile-field"] }] });
  for (const { userId } of owners) expect(identities.get(userId)?.problems).toEqual(["manifest-unavailable"]);
  expect(waitedMs).toBeLessThanOrEqual(8 * 50_000);
});

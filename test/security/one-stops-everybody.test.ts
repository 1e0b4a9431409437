import { expect, it } from "vitest";
import { json, matrixError } from "../support/scripted-fetch.js";
import { setStage } from "../support/vouched-user.js";

const mallory = "@mallory:evil.example";

async function assessBoth(answer: () => Response) {
  const { server, victim, reader } = await setStage();
  await server.account(mallory);
  server.intercept = ({ path }) => (path.includes("evil.example") ? answer() : undefined);
  const levels = new Map<string, unknown>();
  for await (const { userId, level, problems } of reader.assess([mallory, victim]))
    levels.set(userId, [level, problems]);
  return { levels, victim };
}

it.each([
  ["a rate limit", () => matrixError(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 3_600_000 })],
  ["an unknown token", () => matrixError(401, "M_UNKNOWN_TOKEN")],
  ["a server error", () => matrixError(502, "M_UNKNOWN")],
  ["a fault of the network", () => Response.error()],
  ["a page of HTML", () => new Response("<html>")],
  ["a field of a megabyte", () => json({ "org.matrix.msc2961.signatures": "x".repeat(1 << 20) })],
])("%s relayed for one user's profile stops nobody else's assessment", async (_what, answer) => {
  const { levels, victim } = await assessBoth(answer);
  expect(levels.get(victim)).toEqual(["trusted", []]);
  expect(levels.get(mallory)).toMatchObject(["unproven", [expect.stringMatching(/^manifest-/)]]);
});

it("one user ID that the server refuses does not fail the others of its batch", async () => {
  const { server, victim, reader } = await setStage();
  server.intercept = ({ body }) =>
    body && JSON.stringify(body).includes("@odd:") ? matrixError(400, "M_INVALID_PARAM") : undefined;
  const identities = await reader.fetch(["@odd:example.org", victim]);
  expect(identities.get("@odd:example.org")?.problems).toEqual(["malformed-user-id"]);
  expect(identities.get(victim)?.masterKey).toBeDefined();
});

it("a server that is down is asked for a few of its users, not for all of them", async () => {
  const { server, reader } = await setStage();
  const userIds = Array.from({ length: 100 }, (_, index) => `@user${index}:down.example`);
  for (const userId of userIds) await server.account(userId);
  server.intercept = ({ path }) => (path.includes("down.example") ? matrixError(504, "M_UNKNOWN") : undefined);
  const before = server.seen.length;
  const identities = await reader.fetch(userIds);
  expect([...identities.values()].every(({ problems }) => problems[0] === "manifest-unavailable")).toBe(true);
  expect(server.seen.length - before).toBeLessThan(20);
});

import { expect, it } from "vitest";
import { matrixError } from "../support/scripted-fetch.js";
import { setStage } from "../support/vouched-user.js";

const keyHash = "a".repeat(64);

it.each<[string, object]>([
  ["beside a malformed one", { withdrawn: [{ key: "A".repeat(64) }, { key: keyHash }], external: {} }],
  ["beside signatures that cannot be read", { withdrawn: [{ key: keyHash }], external: { "custom:a.b:c": 1.5 } }],
  ["beside no signatures at all", { withdrawn: [{ key: keyHash }], external: [] }],
  ["beside members that are not known", { withdrawn: [{ key: keyHash }], external: {}, note: -0.5 }],
])("a withdrawal counts %s", async (_where, change) => {
  const { server, victim, assess } = await setStage();
  server.manifests.set(victim, { ...(server.manifests.get(victim) as object), ...change });
  expect(await assess(victim)).toMatchObject({ level: "rejected", reasons: [{ code: "withdrawn" }] });
});

it("where a manifest cannot be read, the reader is told that a withdrawal may be missing", async () => {
  const { server, victim, assess } = await setStage();
  server.intercept = ({ path }) => (path.includes("/profile/") ? matrixError(403, "M_FORBIDDEN") : undefined);
  const assessment = await assess(victim);
  expect(assessment).toMatchObject({ level: "trusted", problems: ["manifest-unavailable"] });
  expect(assessment.freshUntil - assessment.checkedAt).toBeLessThanOrEqual(60_000);
});

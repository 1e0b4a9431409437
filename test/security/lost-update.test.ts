import { expect, it } from "vitest";
import { json, matrixError } from "../support/scripted-fetch.js";
import { stampSigner } from "../support/stamp-algorithm.js";
import { type Stage, setStage } from "../support/vouched-user.js";

function externalOf({ server, victim }: Stage): string[] {
  return Object.keys((server.manifests.get(victim) as { external: object }).external);
}

it("two publishings at once, one of them held up, lose neither signature", async () => {
  const stage = await setStage();
  const [one, other] = [await stage.own.sign(await stampSigner()), await stage.own.sign(await stampSigner())];
  let refusals = 2;
  stage.server.intercept = ({ method }) =>
    method === "PUT" && refusals-- > 0 ? matrixError(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 1 }) : undefined;
  await Promise.all([stage.own.publish(one), stage.own.publish(other)]);
  expect(externalOf(stage)).toEqual(expect.arrayContaining([one.keyId, other.keyId, stage.vouch.keyId]));
});

it("a withdrawal that another device wrote in between is merged, not overwritten", async () => {
  const { server, victim, own } = await setStage();
  const withdrawn = [{ key: "b".repeat(64) }];
  let raced = false;
  server.intercept = ({ method, path }) => {
    if (method === "PUT" && path.includes("/profile/") && !raced) {
      raced = true;
      const manifest = server.manifests.get(victim) as { sequence: number };
      queueMicrotask(() => server.manifests.set(victim, { ...manifest, withdrawn, sequence: manifest.sequence + 5 }));
    }
    return undefined;
  };
  await own.publish(await own.sign(await stampSigner()));
  expect(server.manifests.get(victim)).toMatchObject({ withdrawn });
});

it.each([
  ["an HTML page", () => new Response("<html>not found</html>", { status: 404 })],
  ["an endpoint that it calls unknown", () => matrixError(404, "M_UNRECOGNIZED")],
  ["a method that it does not allow", () => json({}, 405)],
])("%s in the place of the manifest overwrites nothing", async (_what, answer) => {
  const stage = await setStage();
  const before = stage.server.manifests.get(stage.victim);
  stage.server.intercept = ({ method, path }) =>
    method === "GET" && path.includes("/profile/") ? answer() : undefined;
  const receipt = await stage.own.publish(await stage.own.sign(await stampSigner()));
  expect(receipt.routes[1]).toMatchObject({ route: "profile-field", stored: false });
  expect(stage.server.manifests.get(stage.victim)).toBe(before);
});

it("a signature stays kept while a chosen route may still take it", async () => {
  const { server, own } = await setStage();
  const signature = await own.sign(await stampSigner());
  server.intercept = ({ method, path }) =>
    method === "PUT" && path.includes("/profile/") ? matrixError(500, "M_UNKNOWN") : undefined;
  expect(await own.publish(signature)).toMatchObject({
    published: true,
    routes: [{ stored: true }, { stored: false }, { route: "bundle" }],
  });
  expect(await own.outbox()).toMatchObject([{ reason: "ERR_HTTP_STATUS", signature: { keyId: signature.keyId } }]);
});

import { verifyObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { setStage } from "../support/vouched-user.js";

it("a vouch copied onto another user's key is worth nothing", async () => {
  const { server, vouch, assess } = await setStage();
  const mallory = await server.account("@mallory:example.org");
  const signatures = { [mallory.userId]: { [vouch.keyId]: vouch.value } };
  server.masterKeys.set(mallory.userId, { ...mallory.key.object, signatures });
  expect(await assess(mallory.userId)).toMatchObject({
    level: "unproven",
    reasons: [{ code: "not-valid", report: "bad-signature" }],
  });
});

it("a vouched key served for another user is not that user's", async () => {
  const { server, victim, assess } = await setStage();
  await server.account("@mallory:example.org");
  server.masterKeys.set("@mallory:example.org", server.masterKeys.get(victim) ?? {});
  expect(await assess("@mallory:example.org")).toMatchObject({
    level: "unproven",
    reasons: [{ code: "malformed-master-key" }],
  });
});

it("a vouched user's manifest in another user's profile is not read", async () => {
  const { server, victim, assess } = await setStage();
  const mallory = await server.account("@mallory:example.org");
  server.manifests.set(mallory.userId, server.manifests.get(victim));
  expect(await assess(mallory.userId)).toMatchObject({ level: "unproven", reports: [] });
});

it("a signature under somebody else's signer entry is not the owner's", async () => {
  const { algorithm, victim, vouch } = await setStage();
  const { object } = await makeCrossSigningKey("@mallory:example.org");
  const signatures = { [victim]: { [vouch.keyId]: vouch.value } };
  const reports = await verifyObject({ ...object, signatures }, "@mallory:example.org", { algorithms: [algorithm] });
  expect(reports).toEqual([]);
});

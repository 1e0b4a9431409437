import { expect, it } from "vitest";
import { setStage } from "../support/vouched-user.js";

it("a server that re-encodes a signature does not hide the copy that another route has right", async () => {
  const { server, victim, vouch, assess } = await setStage();
  const respelled = String(vouch.value).replaceAll("+", "-").replaceAll("/", "_").concat("==");
  const served = server.masterKeys.get(victim) ?? {};
  server.masterKeys.set(victim, { ...served, signatures: { [victim]: { [vouch.keyId]: respelled } } });
  const assessment = await assess(victim);
  expect(assessment.level).toBe("trusted");
});

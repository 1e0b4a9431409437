import { expect, it } from "vitest";
import { stampSigner } from "../support/stamp-algorithm.js";
import { setStage } from "../support/vouched-user.js";

it("who is handed a report cannot change what the cache remembers", async () => {
  const { own, signer, victim, assess, server } = await setStage();
  const stranger = await stampSigner();
  server.masterKeys.set(victim, { ...server.masterKeys.get(victim), signatures: {} });
  server.manifests.clear();
  await own.publish(await own.sign(stranger));
  expect((await assess(victim)).level).toBe("unproven");
  const handedOut = (await assess(victim)).reports[0]?.signer as { fingerprint: string };
  expect(() => {
    handedOut.fingerprint = signer.fingerprint;
  }).toThrow(TypeError);
  expect((await assess(victim)).level).toBe("unproven");
});

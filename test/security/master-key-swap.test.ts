import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { setStage } from "../support/vouched-user.js";

it("a server that swaps the master key and keeps the vouches convinces nobody, cache or not", async () => {
  const { server, victim, assess } = await setStage();
  expect((await assess(victim)).level).toBe("trusted");
  const served = server.masterKeys.get(victim) ?? {};
  const swapped = await makeCrossSigningKey(victim);
  server.masterKeys.set(victim, { ...swapped.object, signatures: served.signatures });
  expect((await assess(victim)).level).toBe("changed");
  const manifest = server.manifests.get(victim) as object;
  server.manifests.set(victim, { ...manifest, master_key: `ed25519:${swapped.publicKey}` });
  expect((await assess(victim)).level).toBe("changed");
});

it("a master key with one member more is another object", async () => {
  const { server, victim, assess } = await setStage();
  const served = server.masterKeys.get(victim) ?? {};
  server.masterKeys.set(victim, { ...served, note: "harmless" });
  expect(await assess(victim)).toMatchObject({ level: "unproven", reasons: [{ report: "bad-signature" }] });
});

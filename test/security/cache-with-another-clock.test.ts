import type { SignatureAlgorithm } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { setStage } from "../support/vouched-user.js";

const hourMs = 60 * 60 * 1000;
const start = 1_795_000_000_000;

it("a store whose clock runs behind keeps no verdict alive beyond its end", async () => {
  let now = start;
  const { algorithm: inner, signer } = await setStage();
  const expiring: SignatureAlgorithm = {
    ...inner,
    verify: async (input) => {
      const verdict = await inner.verify(input);
      const expired = { ...verdict, status: "indeterminate", code: "expired" } as const;
      return input.now < start + hourMs ? { ...verdict, expiresAt: start + hourMs } : expired;
    },
  };
  const scope = { servers: ["example.org"] };
  const anchors = [{ id: "company", algorithm: signer.algorithm, key: signer.fingerprint, scope }];
  const store = memoryStore({ now: () => start });
  const stage = await setStage({ algorithms: [expiring], anchors, store, now: () => now });
  await stage.own.publish(await stage.own.sign(signer));
  const early = await stage.assess(stage.victim);
  expect(early.level).toBe("trusted");
  expect(early.freshUntil).toBeLessThanOrEqual(start + hourMs);
  now = start + 2 * hourMs;
  expect((await stage.assess(stage.victim)).level).toBe("unproven");
});

import type { SignatureAlgorithm } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { setStage } from "../support/vouched-user.js";

const hourMs = 60 * 60 * 1000;
const start = 1_795_000_000_000;

it.each(["expiresAt", "validUntil"])(
  "a store whose clock runs behind keeps no verdict alive beyond its %s",
  async (end) => {
    let now = start;
    const { algorithm: inner, signer } = await setStage();
    const expiring: SignatureAlgorithm = {
      ...inner,
      verify: async (input) => {
        const verdict = await inner.verify(input);
        const expired = { ...verdict, status: "indeterminate", code: "expired" } as const;
        return input.now < start + hourMs ? { ...verdict, [end]: start + hourMs } : expired;
      },
    };
    const scope = { servers: ["example.org"] };
    const anchors = [
      { id: "company", algorithm: signer.algorithm, key: signer.fingerprint, speaksFor: "scope" as const, scope },
    ];
    const store = memoryStore({ now: () => start });
    const stage = await setStage({ algorithms: [expiring], anchors, store, now: () => now });
    await stage.own.publish(await stage.own.sign(signer));
    const early = await stage.assess(stage.victim);
    expect(early.level).toBe("trusted");
    expect(early.freshUntil).toBeLessThanOrEqual(start + hourMs);
    now = start + 2 * hourMs;
    const late = await stage.assess(stage.victim);
    expect(late.level).toBe("unproven");
    expect(late.reports.map(({ code }) => code)).toEqual(["expired", "expired"]);
  },
);

it.each(["expiresAt", "validUntil"])("a verdict is not cached beyond its %s where all clocks agree", async (end) => {
  let now = start;
  const { algorithm: inner } = await setStage();
  let asked = 0;
  const expiring: SignatureAlgorithm = {
    ...inner,
    verify: async (input) => {
      asked += 1;
      return { ...(await inner.verify(input)), [end]: start + hourMs };
    },
  };
  const store = memoryStore({ now: () => now });
  const stage = await setStage({ algorithms: [expiring], store, now: () => now });
  await stage.assess(stage.victim);
  now = start + hourMs - 1;
  await stage.assess(stage.victim);
  expect(asked).toBe(1);
  now = start + hourMs;
  await stage.assess(stage.victim);
  expect(asked).toBe(2);
});

it("a verdict of a clock that ran ahead is not believed once that is set right", async () => {
  let now = start + hourMs;
  const store = memoryStore({ now: () => start + 2 * hourMs });
  const stage = await setStage({ store, now: () => now });
  await stage.assess(stage.victim);
  now = start;
  const asked = stage.algorithm.asked;
  await stage.assess(stage.victim);
  expect(stage.algorithm.asked).toBe(asked + 1);
});

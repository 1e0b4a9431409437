import { expect, it } from "vitest";
import { setNativeStage, uploadsOf } from "../support/native-stage.js";

it("nobody is verified for whom no anchor vouches, and the private key is not even asked for", async () => {
  let asked = 0;
  const stage = await setNativeStage({
    crypto: {
      exportSecretsBundle: async () => {
        asked += 1;
        return {};
      },
    },
  });
  const owner = await stage.owner("owner", false);
  for (const userId of [owner.account.userId, "@nobody:localhost", "no user ID"]) {
    const outcome = await stage.reading.verifyNatively(userId);
    expect(outcome).toMatchObject({ userId, verified: false, assessment: { level: "unproven" } });
    expect(outcome.conferral).toBeUndefined();
  }
  expect(uploadsOf(stage)).toEqual([]);
  expect(asked).toBe(0);
  expect(await stage.store.conferrals()).toEqual([]);
});

it("a vouch that the owner took back verifies nobody, however fresh the cache", async () => {
  const stage = await setNativeStage();
  const owner = await stage.owner("owner");
  const { userId } = owner.account;
  for await (const { level } of stage.reading.assess([userId])) expect(level).toBe("trusted");
  await stage.takeBack(owner);
  const outcome = await stage.reading.verifyNatively(userId);
  expect(outcome).toMatchObject({ verified: false, assessment: { level: "rejected" } });
  expect(uploadsOf(stage)).toEqual([]);
});

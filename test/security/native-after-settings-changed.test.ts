import type { TrustSettings } from "matrix-countersign";
import { expect, it, vi } from "vitest";
import { setNativeStage, uploadsOf } from "../support/native-stage.js";

const nobody: TrustSettings = { version: 1, anchors: [] };

it("who is trusted no more once the user has found their pass phrase is not verified natively", async () => {
  const asked: string[] = [];
  const stage = await setNativeStage({
    crypto: { exportSecretsBundle: async () => ({ cross_signing: undefined }) },
    client: {
      secretStorage: {
        get: async (name) => {
          asked.push(name);
          await stage.reading.setTrust(nobody);
          return stage.reader.keys.userSigning.seed;
        },
      },
    },
  });
  const owner = await stage.owner("owner");
  const failure = stage.reading.verifyNatively(owner.account.userId);
  await expect(failure).rejects.toMatchObject({ code: "ERR_NATIVE_CHANGED" });
  expect(asked).toEqual(["m.cross_signing.user_signing"]);
  expect(await stage.nativeSignaturesOn(owner)).toEqual({});
});

it("who waits to be verified by policy is not, once the anchor that convinced is gone", async () => {
  const stage = await setNativeStage();
  const conferNative = { version: 1, conferNative: true } as const;
  const owner = await stage.owner("owner");
  const { userId } = owner.account;
  const trusting = { ...stage.reading.trust, policy: conferNative };
  await stage.reading.setTrust(trusting);
  const told: unknown[] = [];
  for (const name of ["native-conferred", "native-failed"] as const) stage.reading.on(name, (one) => told.push(one));
  for await (const { level } of stage.reading.assess([userId])) {
    expect(level).toBe("trusted");
    await stage.reading.setTrust({ ...nobody, policy: conferNative });
  }
  // Long enough for a signature that is on its way to arrive: another one arrives that was meant.
  await stage.reading.setTrust(trusting);
  const other = await stage.owner("other");
  for await (const { level } of stage.reading.assess([other.account.userId])) expect(level).toBe("trusted");
  await vi.waitFor(() => expect(told).toMatchObject([{ userId: other.account.userId }]));
  expect(uploadsOf(stage).flatMap((body) => Object.keys(body))).toEqual([other.account.userId]);
  expect(await stage.nativeSignaturesOn(owner)).toEqual({});
});

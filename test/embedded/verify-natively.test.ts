import { describe, expect, it } from "vitest";
import { anotherMasterKey, setNativeStage, uploadsOf } from "../support/native-stage.js";

describe("verifying natively", () => {
  it("hangs the own user-signing key's signature on the key of a user who is trusted, and records why", async () => {
    const stage = await setNativeStage();
    const { reader, reading, store } = stage;
    const owner = await stage.owner("owner");
    const { userId } = owner.account;
    const masterKey = owner.keys.master.publicKey;
    const outcome = await reading.verifyNatively(userId);
    expect(outcome).toMatchObject({ userId, verified: true, assessment: { level: "trusted", masterKey } });
    const name = `ed25519:${reader.keys.userSigning.publicKey}`;
    const signature = reader.keys.userSigning.sign(owner.keys.body.master_key);
    expect(await stage.nativeSignaturesOn(owner)).toEqual({ [name]: signature });
    expect(await store.conferrals()).toEqual([outcome.conferral]);
    expect(outcome.conferral).toMatchObject({ userId, masterKey, conferredAt: expect.any(Number) });
    expect(JSON.parse(outcome.conferral?.reason ?? "")).toMatchObject({ reasons: ["vouched"] });
    // The signed members of the key and the one signature: neither the company's nor a device's.
    expect(uploadsOf(stage)).toEqual([
      {
        [userId]: {
          [masterKey]: {
            ...owner.keys.body.master_key,
            signatures: { [reader.account.userId]: { [name]: signature } },
          },
        },
      },
    ]);
  });

  it("uploads nothing where the signature is there already", async () => {
    const stage = await setNativeStage();
    const owner = await stage.owner("owner");
    await stage.reading.verifyNatively(owner.account.userId);
    const again = await stage.reading.verifyNatively(owner.account.userId);
    expect(again).toMatchObject({ verified: true });
    expect(again.conferral).toBeUndefined();
    expect(uploadsOf(stage)).toHaveLength(1);
  });

  it("takes the key from secret storage where the device does not have it", async () => {
    const asked: string[] = [];
    const stage = await setNativeStage({
      crypto: { exportSecretsBundle: () => Promise.reject(new Error("not all of them")) },
      client: {
        secretStorage: {
          get: async (name) => {
            asked.push(name);
            return stage.reader.keys.userSigning.seed;
          },
        },
      },
    });
    const owner = await stage.owner("owner");
    expect(await stage.reading.verifyNatively(owner.account.userId)).toMatchObject({ verified: true });
    expect(asked).toEqual(["m.cross_signing.user_signing"]);
  });

  it.each([
    ["nowhere", undefined],
    ["no key", "AAAA"],
    ["another key's", "6J9rU0Lw8hvX1q6nXxm2R4m2xq2z4Xb3QfFQe5m5m5k"],
  ])("refuses without the private part: %s", async (_what, seed) => {
    const bundle = async () => ({ cross_signing: seed === undefined ? {} : { user_signing_key: seed } });
    const stage = await setNativeStage({ crypto: { exportSecretsBundle: bundle } });
    const owner = await stage.owner("owner");
    const failure = stage.reading.verifyNatively(owner.account.userId);
    await expect(failure).rejects.toMatchObject({ code: "ERR_NATIVE_KEY_MISSING" });
    expect(uploadsOf(stage)).toEqual([]);
    expect(await stage.store.conferrals()).toEqual([]);
  });

  it("refuses the own user", async () => {
    const { reader, reading, sent } = await setNativeStage();
    const { userId } = reader.account;
    await expect(reading.verifyNatively(userId)).rejects.toMatchObject({ code: "ERR_NATIVE_OWN_USER" });
    await expect(reading.withdrawNatively(userId)).rejects.toMatchObject({ code: "ERR_NATIVE_OWN_USER" });
    expect(sent).toEqual([]);
  });

  it("refuses on a device that has not verified its own identity", async () => {
    const unverified = async () => ({ isCrossSigningVerified: () => false });
    const stage = await setNativeStage({ crypto: { getUserVerificationStatus: unverified } });
    const owner = await stage.owner("owner");
    const failure = stage.reading.verifyNatively(owner.account.userId);
    await expect(failure).rejects.toMatchObject({ code: "ERR_OWN_IDENTITY_UNVERIFIED" });
    expect(uploadsOf(stage)).toEqual([]);
  });

  it.each([
    [
      "names it in failures",
      { failures: { "@owner:localhost": { key: { errcode: "M_UNKNOWN" } } } },
      "ERR_NATIVE_FAILED",
    ],
    ["answers with no failures that could be read", { failures: "all" }, "ERR_NATIVE_FAILED"],
    ["says yes and stores nothing", { failures: {} }, "ERR_NATIVE_FAILED"],
    ["refuses the request", Response.json({ errcode: "M_BAD_JSON" }, { status: 400 }), "ERR_HTTP_STATUS"],
  ])("is not done where the server %s", async (_what, answer, code) => {
    const stage = await setNativeStage();
    const owner = await stage.owner("owner");
    const { userId } = owner.account;
    stage.tamper = ({ path }, body) => {
      if (path.endsWith("/keys/signatures/upload")) return answer;
      if (path.endsWith("/keys/query")) delete body.master_keys[userId]?.signatures[stage.reader.account.userId];
      return body;
    };
    await expect(stage.reading.verifyNatively(userId)).rejects.toMatchObject({ code });
    // Whether it is stored all the same nobody knows: the record stays.
    expect(await stage.store.conferrals()).toMatchObject([{ userId }]);
    expect(await stage.reading.withdrawNatively(userId)).toMatchObject({ withdrawn: false });
  });
});

describe("withdrawing natively", () => {
  it("withdraws the record and says what takes the signature back", async () => {
    const stage = await setNativeStage();
    const owner = await stage.owner("owner");
    const { userId } = owner.account;
    const { conferral } = await stage.reading.verifyNatively(userId);
    const first = await stage.reading.withdrawNatively(userId);
    expect(first).toMatchObject({ userId, withdrawn: false, conferral });
    expect(first.conferral?.withdrawnAt).toBeGreaterThanOrEqual(conferral?.conferredAt ?? Number.POSITIVE_INFINITY);
    expect(first.advice.map(({ code }) => code)).toEqual(["reset-own-keys", "ask-for-reset", "deny-key"]);
    // A second withdrawal is as old as the first.
    expect(await stage.reading.withdrawNatively(userId)).toEqual(first);
    expect(await stage.store.conferrals()).toEqual([first.conferral]);
    // Whoever asks anew means it.
    await stage.reading.verifyNatively(userId);
  });

  it("has nothing to withdraw from where no own signature hangs on the key", async () => {
    const stage = await setNativeStage();
    const owner = await stage.owner("owner", false);
    const { userId } = owner.account;
    expect(await stage.reading.withdrawNatively(userId)).toEqual({ userId, withdrawn: true, advice: [] });
  });

  it("has nothing to withdraw from where the user has another key since", async () => {
    const stage = await setNativeStage();
    const { userId } = (await stage.owner("owner")).account;
    await stage.reading.verifyNatively(userId);
    stage.tamper = (_request, body) => ({ ...body, master_keys: { [userId]: anotherMasterKey(userId) } });
    expect(await stage.reading.withdrawNatively(userId)).toMatchObject({ withdrawn: true, conferral: { userId } });
  });

  it("does not believe that the signature is gone where no key is served", async () => {
    const stage = await setNativeStage();
    const userId = "@nobody:localhost";
    expect(await stage.reading.withdrawNatively(userId)).toMatchObject({ userId, withdrawn: false });
  });
});

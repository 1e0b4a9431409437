import { expect, it } from "vitest";
import { anotherMasterKey, type ReaderRequest, setNativeStage, uploadsOf } from "../support/native-stage.js";

const isQueryFor = (userId: string, { path, body }: ReaderRequest): boolean =>
  path.endsWith("/keys/query") && userId in body.device_keys;

it.each([
  ["before it is signed", 1, 0],
  ["while it goes up", 2, 1],
])(
  "a key that is swapped after it was assessed, %s, is never the one that is signed",
  async (_when, honest, uploads) => {
    const stage = await setNativeStage();
    const owner = await stage.owner("owner");
    const { userId } = owner.account;
    const swapped = anotherMasterKey(userId);
    let queries = 0;
    stage.tamper = (request, body) => {
      if (!isQueryFor(userId, request)) return body;
      queries += 1;
      if (queries > honest) body.master_keys[userId] = swapped;
      return body;
    };
    await expect(stage.reading.verifyNatively(userId)).rejects.toMatchObject({ code: "ERR_NATIVE_CHANGED" });
    expect(uploadsOf(stage)).toHaveLength(uploads);
    expect(JSON.stringify(uploadsOf(stage))).not.toContain(Object.keys(swapped.keys)[0]);
  },
);

it("a master key to which the server adds a member after it was assessed is another one", async () => {
  const stage = await setNativeStage();
  const owner = await stage.owner("owner");
  const { userId } = owner.account;
  let queries = 0;
  stage.tamper = (request, body) => {
    if (isQueryFor(userId, request) && ++queries > 1) body.master_keys[userId].note = "x";
    return body;
  };
  await expect(stage.reading.verifyNatively(userId)).rejects.toMatchObject({ code: "ERR_NATIVE_CHANGED" });
  expect(uploadsOf(stage)).toEqual([]);
});

it("a verdict that the user's pass phrase outlasts is not acted upon", async () => {
  let now = Date.now();
  const stage = await setNativeStage({
    crypto: { exportSecretsBundle: async () => ({}) },
    client: {
      secretStorage: {
        get: async () => {
          now += 11 * 60_000;
          return stage.reader.keys.userSigning.seed;
        },
      },
    },
    options: { now: () => now },
  });
  const owner = await stage.owner("owner");
  const failure = stage.reading.verifyNatively(owner.account.userId);
  await expect(failure).rejects.toMatchObject({ code: "ERR_NATIVE_CHANGED" });
  expect(uploadsOf(stage)).toEqual([]);
});

import { expect, it } from "vitest";
import { withCrossSigningSeed } from "../../src/matrix/cross-signing-seed.js";
import { setNativeStage } from "../support/native-stage.js";

it.each(["crypto stack", "secret storage"])(
  "the private key from %s is overwritten, whatever becomes of the work",
  async (source) => {
    const stage = await setNativeStage();
    const { client, keys } = stage.reader;
    const inStorage = { getCrypto: () => undefined, secretStorage: { get: async () => keys.userSigning.seed } };
    const from = source === "crypto stack" ? client : { ...client, ...inStorage };
    const wanted = { purpose: "user-signing-key", publicKey: keys.userSigning.publicKey, mayAsk: true } as const;
    const held: Uint8Array[] = [];
    for (const outcome of [async () => true, () => Promise.reject(new Error("failed"))]) {
      const work = (seed: Uint8Array): Promise<boolean> => {
        expect(Buffer.from(seed).toString("base64")).toBe(`${keys.userSigning.seed}=`);
        held.push(seed);
        return outcome();
      };
      await withCrossSigningSeed(from, wanted, work, new AbortController().signal).catch(() => undefined);
    }
    expect(held.map((seed) => seed.every((byte) => byte === 0))).toEqual([true, true]);
  },
);

it("no request, answer, record or error holds any private key", async () => {
  const stage = await setNativeStage();
  const { keys } = stage.reader;
  const told: unknown[] = [];
  stage.reading.on("assessment", (assessment) => told.push(assessment));
  const owner = await stage.owner("owner");
  told.push(await stage.reading.verifyNatively(owner.account.userId));
  told.push(await stage.reading.withdrawNatively(owner.account.userId));
  stage.isLost = ({ path }) => path.endsWith("/keys/signatures/upload");
  stage.tamper = ({ path }, body) => (path.endsWith("/upload") ? Response.json({}, { status: 403 }) : body);
  const another = await stage.owner("another");
  const error: unknown = await stage.reading.verifyNatively(another.account.userId).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "ERR_HTTP_STATUS" });
  const { message, stack, cause } = error as Error;
  const all = JSON.stringify([told, stage.sent, await stage.store.conferrals(), message, stack, String(cause)]);
  for (const { seed } of [keys.master, keys.selfSigning, keys.userSigning]) {
    for (const text of [seed, Buffer.from(seed, "base64").toString("hex")]) expect(all).not.toContain(text);
  }
});

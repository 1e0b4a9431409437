import { expect, it } from "vitest";
import { setNativeStage } from "../support/native-stage.js";

it("the own native signature convinces nobody of anything: without an anchor's signature the user is unproven", async () => {
  const stage = await setNativeStage();
  const { reader } = stage;
  const owner = await stage.owner("owner", false);
  const { userId } = owner.account;
  const { master_key: masterKey } = owner.keys.body;
  const name = `ed25519:${reader.keys.userSigning.publicKey}`;
  const value = reader.keys.userSigning.sign(masterKey);
  const signed = { ...masterKey, signatures: { [reader.account.userId]: { [name]: value } } };
  await reader.account.post("/v3/keys/signatures/upload", { [userId]: { [owner.keys.master.publicKey]: signed } });
  expect(await stage.nativeSignaturesOn(owner)).toEqual({ [name]: value });

  const [identity] = (await stage.reading.fetch([userId])).values();
  expect(identity?.signatures).toEqual([]);
  expect(await stage.reading.verifyNatively(userId)).toMatchObject({
    verified: false,
    assessment: { level: "unproven", reasons: [{ code: "no-signature" }], reports: [] },
  });
});

it.each([
  ["the reader", (own: string, _owner: string) => own],
  ["the owner", (_own: string, owner: string) => owner],
])(
  "nor does it when the server shows it under a name for external ones, as if %s had put it there",
  async (_who, under) => {
    const stage = await setNativeStage();
    const { reader } = stage;
    const owner = await stage.owner("owner", false);
    const { userId } = owner.account;
    const value = reader.keys.userSigning.sign(owner.keys.body.master_key);
    stage.tamper = ({ path }, body) => {
      const key = path.endsWith("/keys/query") ? body.master_keys[userId] : undefined;
      const signer = under(reader.account.userId, userId);
      const name = `custom:org.example.stamp:${reader.keys.userSigning.publicKey}`;
      if (key) key.signatures[signer] = { ...key.signatures[signer], [name]: value };
      return body;
    };
    const outcome = await stage.reading.verifyNatively(userId);
    expect(outcome).toMatchObject({ verified: false, assessment: { level: "unproven" } });
  },
);

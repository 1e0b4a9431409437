import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { makeCrossSigningKeys } from "../support/homeserver-account.js";
import { publicUserKey, publishVouch, teamStage, uploadKeys } from "../support/team-stage.js";

it("does not count the word of somebody whose master key is another than before", async () => {
  const { anchor, user, employ, reader } = await teamStage();
  const [carol, alice] = [await user("carol"), await user("alice")];
  const after = { ...carol, keys: makeCrossSigningKeys(carol.account.userId) };
  const [before, later] = [publicUserKey(carol), publicUserKey(after)];
  await employ(carol);
  await publishVouch(alice, before);
  await publishVouch(alice, later);
  const { userId } = carol.account;
  const vouchingUsers = [{ userId, publicUserKeys: [before.object, later.object] }];
  const options = { anchors: [anchor], vouchingUsers, store: memoryStore() };
  const assess = await reader(options);
  const levelOf = async (ask: typeof assess): Promise<string> => (await ask(alice.account.userId)).level;
  expect(await levelOf(assess)).toBe("trusted");
  await uploadKeys(after, after.keys.body);
  const client = { ...carol.client, getCrypto: () => ({ ...carol.client.getCrypto(), ...cryptoOf(after) }) };
  await employ({ ...after, client } as typeof carol);
  // The company signs the new key too, without saying when: who knew the old one is not convinced, who never knew it is.
  expect(await levelOf(assess)).toBe("unproven");
  expect(await levelOf(await reader({ ...options, store: memoryStore() }))).toBe("trusted");
  const accepted = {
    userId,
    masterKey: after.keys.master.publicKey,
    decision: "accept",
    decidedAt: Date.now(),
  } as const;
  const told = await reader({ ...options, decisions: [accepted] });
  expect(await levelOf(told)).toBe("trusted");
  await uploadKeys(carol, carol.keys.body);
  await employ(carol);
  expect(await levelOf(told)).toBe("unproven");
});

function cryptoOf({ keys }: { readonly keys: ReturnType<typeof makeCrossSigningKeys> }) {
  return {
    getCrossSigningKeyId: async () => keys.master.publicKey,
    exportSecretsBundle: async () => ({ cross_signing: { self_signing_key: keys.selfSigning.seed } }),
  };
}

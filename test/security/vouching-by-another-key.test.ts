import type { JsonObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { makeSigningKey, type SigningKey } from "../support/homeserver-account.js";
import { lesserKey } from "../support/signed-events.js";
import { publicUserKey, publishVouch, teamStage, vouchNatively } from "../support/team-stage.js";

/** Every key below signed alice's master key; a reader is told that it is the one that carol vouches with. */
it("counts no key but one of usage public-user that the user's own master key signed", async () => {
  const { anchor, user, employ, reader } = await teamStage();
  const [carol, mallory, alice] = [await user("carol"), await user("mallory"), await user("alice")];
  const { userId } = carol.account;
  const { master, selfSigning, userSigning, body } = carol.keys;
  const [device, other] = [makeSigningKey(), makeSigningKey()];
  const right = publicUserKey(carol);
  const bySelfSigning = publicUserKey(carol, selfSigning);
  const byMallory = publicUserKey(carol, mallory.keys.master);
  const mallorys = publicUserKey(mallory);
  const usages = (usage: unknown): JsonObject => {
    const key = { user_id: userId, usage, keys: { [`ed25519:${other.publicKey}`]: other.publicKey } };
    return { ...key, signatures: { [userId]: { [`ed25519:${master.publicKey}`]: master.sign(key) } } };
  };
  const deviceKeys = { user_id: userId, device_id: "D", algorithms: [], keys: { "ed25519:D": device.publicKey } };
  const wrong: [SigningKey, JsonObject][] = [
    [userSigning, body.user_signing_key],
    [selfSigning, body.self_signing_key],
    [master, body.master_key],
    [master, lesserKey(userId, "public-user", master.publicKey, master)],
    [device, { ...deviceKeys, signatures: { [userId]: { [`ed25519:${master.publicKey}`]: master.sign(deviceKeys) } } }],
    [bySelfSigning, bySelfSigning.object],
    [byMallory, byMallory.object],
    [mallorys, mallorys.object],
    [mallorys, { ...right.object, keys: mallorys.object.keys }],
    ...[["public-user", "user_signing"], ["user_signing"], ["Public-user"], ["public_user"], [], "public-user"].map(
      (usage): [SigningKey, JsonObject] => [other, usages(usage)],
    ),
  ];
  await employ(carol);
  for (const key of new Set([right, ...wrong.map(([one]) => one)])) await publishVouch(alice, key);
  const levelWith = async (publicUserKeys: JsonObject[]): Promise<string> => {
    const assess = await reader({ anchors: [anchor], vouchingUsers: [{ userId, publicUserKeys }] });
    return (await assess(alice.account.userId)).level;
  };
  expect(await levelWith([right.object])).toBe("trusted");
  for (const [index, [, object]] of wrong.entries()) {
    expect([index, await levelWith([object])]).toEqual([index, "unproven"]);
  }
});

it("counts no signature that a user-signing key made in private", async () => {
  const { anchor, user, employ, reader } = await teamStage();
  const [carol, alice] = [await user("carol"), await user("alice")];
  await employ(carol);
  await vouchNatively(carol, carol.keys.userSigning, alice);
  const [{ userId }, aliceId] = [carol.account, alice.account.userId];
  // Servers show such a signature to who made it alone; this reader's shows it.
  const { body: keys } = await carol.account.post("/v3/keys/query", { device_keys: { [userId]: [], [aliceId]: [] } });
  expect(keys.master_keys[aliceId].signatures).toHaveProperty([userId, `ed25519:${carol.keys.userSigning.publicKey}`]);
  const publicUserKeys = [carol.keys.body.user_signing_key];
  const assess = await reader({ anchors: [anchor], vouchingUsers: [{ userId, publicUserKeys }] });
  expect(await assess(aliceId, { keys })).toMatchObject({ level: "unproven", reports: [] });
});

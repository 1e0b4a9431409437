import { openpgp, openpgpSigner } from "matrix-countersign/openpgp";
import { generateKey } from "openpgp";
import { describe, expect, it } from "vitest";
import {
  type Company,
  publicUserKey,
  publishVouch,
  teamStage,
  uploadPublicUserKey,
  vouchNatively,
} from "../support/team-stage.js";

async function openpgpCompany(): Promise<Company> {
  const userIDs = [{ name: "Example Ltd", email: "trust@example.org" }];
  const { privateKey, publicKey } = await generateKey({ type: "curve25519", userIDs, format: "object" });
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  const signer = openpgpSigner(privateKey);
  return { signer: { ...signer, fingerprint }, algorithm: openpgp({ keys: publicKey.armor() }) };
}

describe("a user who vouches for others", () => {
  it("convinces whoever trusts the company that signed them, by a key and a signature that today's servers take", async () => {
    const { anchor, user, employ, reader } = await teamStage("synapse-1.161", await openpgpCompany());
    const [carol, alice] = [await user("carol"), await user("alice")];
    const key = publicUserKey(carol);
    await employ(carol);
    await publishVouch(alice, key);
    const [carolId, aliceId] = [carol.account.userId, alice.account.userId];
    const vouchingUsers = [{ userId: carolId, publicUserKeys: [key.object] }];
    const assess = await reader({ anchors: [anchor], vouchingUsers });
    const assessment = await assess(aliceId);
    expect(assessment).toMatchObject({ level: "trusted", vouches: [{ algorithm: "org.ietf.ed25519", amount: 120 }] });
    expect(assessment.path).toMatchObject([
      { kind: "anchor", who: anchor.key },
      { kind: "user", who: carolId },
    ]);
    for (const options of [{ anchors: [anchor] }, { vouchingUsers }, { anchors: [anchor], vouchingUsers: [carolId] }]) {
      expect(await (await reader(options))(aliceId)).toMatchObject({ level: "unproven", path: [] });
    }
  });

  it("convinces in Matrix's own form where the server serves keys and signatures, while it serves the key", async () => {
    const { anchor, user, employ, reader } = await teamStage();
    const [carol, alice] = [await user("carol"), await user("alice")];
    const key = publicUserKey(carol);
    await employ(carol);
    await uploadPublicUserKey(carol, key);
    await vouchNatively(carol, key, alice);
    const assess = await reader({ anchors: [anchor], vouchingUsers: [carol.account.userId] });
    const assessment = await assess(alice.account.userId);
    expect(assessment).toMatchObject({
      level: "trusted",
      path: [{ kind: "anchor" }, { kind: "user", who: carol.account.userId }],
      vouches: [{ algorithm: "org.matrix.msc2882", keyId: `ed25519:${key.publicKey}` }],
    });
    await uploadPublicUserKey(carol, publicUserKey(carol));
    expect(await assess(alice.account.userId)).toMatchObject({ level: "unproven", reports: [] });
  });
});

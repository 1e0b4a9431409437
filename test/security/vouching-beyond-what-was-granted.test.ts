import type { CountersignOptions, TrustAnchor } from "matrix-countersign";
import { expect, it } from "vitest";
import { publicUserKey, publishVouch, teamStage } from "../support/team-stage.js";

it("counts a vouch only of whom the anchor signed and lets introduce, and only for users in its scope", async () => {
  const { anchor, user, employ, reader } = await teamStage();
  const [carol, dave, alice] = [await user("carol"), await user("dave"), await user("alice")];
  const [carols, daves] = [publicUserKey(carol), publicUserKey(dave)];
  await employ(carol);
  await publishVouch(alice, carols);
  await publishVouch(dave, carols);
  await publishVouch(alice, daves);
  const [carolId, daveId, aliceId] = [carol, dave, alice].map(({ account }) => account.userId) as [
    string,
    string,
    string,
  ];
  const vouchingUsers = [
    { userId: carolId, publicUserKeys: [carols.object] },
    { userId: daveId, publicUserKeys: [daves.object] },
  ];
  const levelWith = async (change: Partial<TrustAnchor>, more: Partial<CountersignOptions> = {}): Promise<string> =>
    (await (await reader({ anchors: [{ ...anchor, ...change }], vouchingUsers, ...more }))(aliceId)).level;
  const purposes = ["identity", "introduce"] as const;
  expect(await levelWith({})).toBe("trusted");
  expect(await levelWith({ scope: { users: [aliceId, carolId], purposes } })).toBe("trusted");
  const refused: Partial<TrustAnchor>[] = [
    { depth: 0 },
    { speaksFor: "named" },
    { scope: { users: [aliceId, carolId] } },
    { scope: { users: [carolId], purposes } },
    { scope: { users: [aliceId], purposes } },
    { scope: { users: [aliceId, { users: carolId, purposes: ["introduce"] }] } },
    { scope: { users: [aliceId, carolId], except: [carolId], purposes } },
    { notAfter: 1 },
    { requireExpiry: true },
  ];
  for (const change of refused) expect([change, await levelWith(change)]).toEqual([change, "unproven"]);
  // Whoever is vouched for does not vouch: dave is trusted by carol's word, not by the company's.
  const assess = await reader({ anchors: [anchor], vouchingUsers: vouchingUsers.slice(1) });
  expect((await assess(aliceId)).level).toBe("unproven");
  const decisions = [
    { userId: carolId, masterKey: carol.keys.master.publicKey, decision: "deny", decidedAt: 1 },
  ] as const;
  expect(await levelWith({}, { decisions })).toBe("unproven");
});

it("counts nobody's word about themselves", async () => {
  const { anchor, user, employ, reader } = await teamStage();
  const carol = await user("carol");
  const key = publicUserKey(carol);
  await employ(carol);
  await publishVouch(carol, key);
  const { userId } = carol.account;
  const scope = { users: [{ users: userId, purposes: ["identity", "introduce"], amount: 60 }] } as const;
  const vouchingUsers = [{ userId, publicUserKeys: [key.object] }];
  const assessment = await (await reader({ anchors: [{ ...anchor, scope }], vouchingUsers }))(userId);
  expect(assessment).toMatchObject({ level: "unproven", vouches: [{ algorithm: anchor.algorithm, amount: 60 }] });
  expect(assessment.vouches).toHaveLength(1);
});

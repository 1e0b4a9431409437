import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import type { ProfileName } from "../../examples/homeserver/server.js";
import { createIdentity, cryptoOf, type MatrixUser, registerUser } from "../../examples/shared/matrix-user.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

async function userWithIdentity(baseUrl: string, name: string): Promise<MatrixUser> {
  const user = await registerUser(baseUrl, name);
  await createIdentity(user);
  return user;
}

const yes = { accepted: true, stored: true };
const no = { accepted: false, stored: false };

it.each<[ProfileName, { onKey: object; inProfile: object; seenIn: string[] }]>([
  ["msc2961", { onKey: yes, inProfile: yes, seenIn: ["master-key", "profile-field"] }],
  ["synapse-strict", { onKey: no, inProfile: yes, seenIn: ["profile-field"] }],
  ["synapse-1.161", { onKey: yes, inProfile: yes, seenIn: ["master-key", "profile-field"] }],
  ["dendrite", { onKey: yes, inProfile: no, seenIn: ["master-key"] }],
  ["continuwuity", { onKey: yes, inProfile: yes, seenIn: ["master-key", "profile-field"] }],
  ["tuwunel", { onKey: no, inProfile: yes, seenIn: ["profile-field"] }],
  ["silent-drop", { onKey: { accepted: true, stored: false }, inProfile: yes, seenIn: ["profile-field"] }],
])("on a server like %s the receipt is true and the reader verifies the vouch", async (profile, expected) => {
  const baseUrl = `${location.origin}/_homeserver/${profile}/${crypto.randomUUID()}`;
  const [owner, reader] = [await userWithIdentity(baseUrl, "owner"), await userWithIdentity(baseUrl, "reader")];
  const signer = await stampSigner();
  const store = memoryStore();
  const own = await Countersign.create(owner.client, { algorithms: [stampAlgorithm()], store });
  const receipt = await own.publish(await own.sign(signer));
  expect(receipt.published).toBe(true);
  expect(receipt.routes).toMatchObject([expected.onKey, expected.inProfile]);

  const scope = { servers: [owner.userId.slice(owner.userId.indexOf(":") + 1)] };
  const others = await Countersign.create(reader.client, {
    algorithms: [stampAlgorithm()],
    anchors: [{ id: "company", algorithm: signer.algorithm, key: signer.fingerprint, scope }],
    store: memoryStore(),
  });
  for await (const assessment of others.assess([owner.userId])) {
    expect(assessment).toMatchObject({ level: "trusted", reports: [{ status: "valid", seenIn: expected.seenIn }] });
  }
  expect(await cryptoOf(reader.client).userHasCrossSigningKeys(owner.userId, true)).toBe(true);
  own.close();
  others.close();
});

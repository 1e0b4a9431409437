import type { JsonObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { judgeManifests } from "../../src/model/manifest/judge-manifests.js";
import { approvingKey, type ManifestOwner } from "../../src/model/manifest/manifest-approval.js";
import { readSignable } from "../../src/model/signable.js";
import { inProfile, makeAuthor, now, rememberedOf, signedBy } from "../support/manifests.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";

const keyHash = "a".repeat(64);
const alice = await makeAuthor();
const mallory = await makeAuthor("@mallory:example.org");
const { userId } = alice.owner;
const stolenBack = alice.write(2, { external: { 1: "c2ln" } });
const remembered = await rememberedOf(
  alice.owner,
  inProfile(await alice.approve(alice.write(1, { withdrawn: [{ key: keyHash }] }))),
);

/** A forged approval changes nothing of what was taken back, and is not remembered. */
async function expectNothingGained(manifest: JsonObject, owner: ManifestOwner = alice.owner): Promise<void> {
  expect((await approvingKey(manifest, owner)).approvedBy).toBe(undefined);
  const judged = await judgeManifests({ copies: [inProfile(manifest)], remembered, owner, now });
  expect(judged).toMatchObject({ withdrawn: [{ key: keyHash }], remember: [], isCurrent: false });
  expect(judged.problems).toContain("manifest-rolled-back");
}

it("by a self-signing key that the master key did not sign", async () => {
  const forged = await makeCrossSigningKey(userId, "self_signing");
  const itself = await signedBy(forged, forged.object);
  const copied = { ...forged.object, signatures: alice.owner.selfSigningKey?.signatures };
  for (const selfSigningKey of [forged.object, itself, copied]) {
    await expectNothingGained(await signedBy(forged, stolenBack), { ...alice.owner, selfSigningKey });
  }
});

it("by a user-signing key, or another user's self-signing key, that the master key signed", async () => {
  const userSigning = await makeCrossSigningKey(userId, "user_signing");
  const foreign = await makeCrossSigningKey(mallory.owner.userId, "self_signing");
  for (const key of [userSigning, foreign]) {
    const selfSigningKey = { ...key.object, ...(await signaturesAs(userId, alice.masterKey, key.object)) };
    await expectNothingGained(await signAs(userId, key, stolenBack), { ...alice.owner, selfSigningKey });
  }
});

it("by another user's keys under this user's name", async () => {
  const selfSigningKey = mallory.owner.selfSigningKey ?? {};
  for (const key of [mallory.masterKey, mallory.selfSigningKey]) {
    await expectNothingGained(await signAs(userId, key, stolenBack), { ...alice.owner, selfSigningKey });
  }
});

it("by this user's key under another user's name", async () => {
  const { signatures } = await alice.approve(stolenBack);
  const moved = { [mallory.owner.userId]: (signatures as Record<string, unknown>)[userId] };
  await expectNothingGained({ ...stolenBack, signatures: moved });
});

it("by a key of small order, which signs everything", async () => {
  const identity = new Uint8Array(32);
  identity[0] = 1;
  const publicKey = encodeBase64(identity);
  const everything = encodeBase64(Uint8Array.from([...identity, ...new Uint8Array(32)]));
  const signatures = { [userId]: { [`ed25519:${publicKey}`]: everything } };
  const object = { user_id: userId, usage: ["self_signing"], keys: { [`ed25519:${publicKey}`]: publicKey } };
  const selfSigningKey = { ...object, ...(await signaturesAs(userId, alice.masterKey, object)) };
  await expectNothingGained({ ...stolenBack, signatures }, { ...alice.owner, selfSigningKey });
  // As a master key it would sign a self-signing key, too.
  const master = { user_id: userId, usage: ["master"], keys: object.keys };
  const degenerate = { userId, masterKey: readSignable(master, userId), selfSigningKey: { ...object, signatures } };
  const manifest = { ...stolenBack, master_key: `ed25519:${publicKey}`, signatures };
  expect(await approvingKey(manifest, degenerate)).toEqual({ isBroken: true });
});

it("by an approval of another manifest", async () => {
  const { signatures } = await alice.approve(alice.write(2, { external: { 2: "c2ln" } }));
  await expectNothingGained({ ...stolenBack, ...(signatures ? { signatures } : {}) });
});

async function signAs(name: string, key: typeof alice.masterKey, object: JsonObject): Promise<JsonObject> {
  return { ...object, ...(await signaturesAs(name, key, object)) };
}

async function signaturesAs(name: string, key: typeof alice.masterKey, object: JsonObject): Promise<JsonObject> {
  return { signatures: { [name]: { [`ed25519:${key.publicKey}`]: await key.sign(object) } } };
}

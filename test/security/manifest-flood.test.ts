import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";

/** Serves another master key of the server's own making, with a manifest that it approved. */
async function serveForgery(stage: ReadingStage, { userId }: ReadingOwner): Promise<void> {
  const forged = await makeCrossSigningKey(userId);
  const manifest = { user_id: userId, master_key: `ed25519:${forged.publicKey}`, sequence: stage.now };
  const by = { [`ed25519:${forged.publicKey}`]: await forged.sign(manifest) };
  stage.masterKeys.set(userId, forged.object);
  stage.selfSigningKeys.delete(userId);
  stage.fields.set(userId, { ...manifest, signatures: { [userId]: by } });
}

it.each([
  ["after it", 0, 40],
  ["before and after it", 2, 40],
])("a flood of forged identities, %s, washes no withdrawal out of memory", async (_when, before, after) => {
  const stage = await readingStage();
  const alice = await stage.owner();
  // What hangs on the key itself stays there, whatever its owner takes back.
  const masterKey = { ...alice.master.object, signatures: { [alice.userId]: alice.vouch } };
  stage.masterKeys.set(alice.userId, masterKey);
  const flood = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      stage.now += 1000;
      await serveForgery(stage, alice);
      await stage.readOne(alice.userId, { fresh: true });
    }
    stage.now += 1000;
    stage.masterKeys.set(alice.userId, masterKey);
    stage.selfSigningKeys.set(alice.userId, alice.selfSigningObject);
  };
  const vouching = await alice.approved();
  await flood(before);
  const withdrawn = [{ key: stage.companyHash }];
  stage.fields.set(alice.userId, await alice.approved({ sequence: stage.now, external: {}, withdrawn }));
  expect(await stage.assess(alice.userId, { fresh: true })).toMatchObject({ level: "rejected" });
  await flood(after);
  stage.fields.set(alice.userId, vouching);
  expect(await stage.assess(alice.userId, { fresh: true })).toMatchObject({
    level: "rejected",
    problems: ["manifest-rolled-back"],
  });
});

/** A homeserver that answers with what is another user's. */
import { beforeEach, expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { manifestEvent, type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";
import { json } from "../support/scripted-fetch.js";

const roomId = "!company:example.org";
let stage: ReadingStage;
let alice: ReadingOwner;
let mallory: ReadingOwner;

beforeEach(async () => {
  stage = await readingStage();
  alice = await stage.owner();
  mallory = await stage.owner("@mallory:example.org");
});

const assess = (userId: string) => stage.assess(userId, { rooms: [roomId] });

it("another user's manifest is nobody's", async () => {
  const theirs = await mallory.approved({ withdrawn: [{ key: stage.companyHash }] });
  stage.fields.set(alice.userId, theirs);
  stage.room(roomId, new Map([[alice.userId, theirs]]));
  expect(await stage.readOne(alice.userId, { rooms: [roomId] })).toMatchObject({
    signatures: [],
    withdrawn: [],
    problems: ["manifest-malformed"],
  });
  expect(await stage.store.getManifests([alice.userId, mallory.userId])).toEqual(new Map());
});

it("another user's manifest with the owner's name written over theirs is not approved, and vouches for nobody", async () => {
  const theirs = await mallory.approved();
  stage.fields.set(alice.userId, { ...theirs, user_id: alice.userId, master_key: `ed25519:${alice.master.publicKey}` });
  const { level, reports } = await assess(alice.userId);
  expect({ level, reports }).toMatchObject({ level: "unproven", reports: [{ status: "invalid" }] });
  expect(await stage.store.getManifests([alice.userId])).toEqual(new Map());
});

it.each<[string, string, (key: object) => object]>([
  ["as it is", "unproven", (key) => key],
  ["with the owner's name written over theirs", "changed", (key) => ({ ...key, user_id: "@alice:example.org" })],
])("another user's master key, %s, is trusted for nobody", async (_how, level, write) => {
  stage.fields.set(alice.userId, await alice.approved());
  expect((await assess(alice.userId)).level).toBe("trusted");
  stage.masterKeys.set(
    alice.userId,
    write({ ...mallory.master.object, signatures: { [alice.userId]: alice.vouch } }) as never,
  );
  expect((await assess(alice.userId)).level).toBe(level);
});

it("the keys of two users, exchanged, convince nobody of either", async () => {
  for (const owner of [alice, mallory]) {
    const other = owner === alice ? mallory : alice;
    stage.masterKeys.set(owner.userId, other.master.object);
    stage.fields.set(owner.userId, await other.approved());
  }
  const identities = await stage.read([alice.userId, mallory.userId]);
  for (const { masterKey, signatures, problems } of identities.values()) {
    expect({ masterKey, signatures, problems }).toEqual({
      masterKey: undefined,
      signatures: [],
      problems: ["malformed-master-key"],
    });
  }
});

it("another user's self-signing key approves nothing", async () => {
  stage.selfSigningKeys.set(alice.userId, mallory.selfSigningObject);
  stage.fields.set(
    alice.userId,
    await alice.approved({ withdrawn: [{ key: stage.companyHash }] }, mallory.selfSigning),
  );
  expect((await assess(alice.userId)).problems).toContain("manifest-unapproved");
  const renamed = { ...mallory.selfSigningObject, user_id: alice.userId };
  stage.selfSigningKeys.set(alice.userId, renamed);
  expect((await stage.assess(alice.userId, { fresh: true })).problems).toContain("manifest-unapproved");
  expect(await stage.store.getManifests([alice.userId])).toEqual(new Map());
});

it("an answer about users whom nobody asked for is about nobody", async () => {
  const other = await makeCrossSigningKey("@other:example.org");
  stage.intercept = ({ url }) =>
    url.pathname.endsWith("/keys/query")
      ? json({ master_keys: { [other.userId]: other.object, __proto__: other.object } })
      : undefined;
  const identities = await stage.read([alice.userId]);
  expect([...identities]).toMatchObject([[alice.userId, { problems: ["no-master-key"] }]]);
});

it("one user's event under another's name, by sender or by state key, is nobody's", async () => {
  const content = await alice.approved({ external: {}, withdrawn: [{ key: stage.companyHash }] });
  stage.room(roomId, new Map(), [alice.userId, mallory.userId]);
  const { userId } = alice;
  stage.rooms
    .get(roomId)
    ?.push(manifestEvent(userId, content, mallory.userId), manifestEvent(mallory.userId, content, userId));
  stage.fields.set(userId, await alice.approved());
  expect(await stage.readOne(userId, { rooms: [roomId] })).toMatchObject({ withdrawn: [], problems: [] });
});

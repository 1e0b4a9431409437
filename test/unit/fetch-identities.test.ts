import { beforeEach, describe, expect, it } from "vitest";
import { openReading } from "../../src/client/reading/reader-side.js";
import type { CachedField } from "../../src/model/manifest/seen-manifest.js";
import { type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";
import { matrixError } from "../support/scripted-fetch.js";

const roomId = "!company:example.org";
let stage: ReadingStage;
let alice: ReadingOwner;

beforeEach(async () => {
  stage = await readingStage();
  alice = await stage.owner();
});

const onKey = (extra: object = {}) => {
  const signatures = { [alice.userId]: { ...alice.vouch, ...extra } };
  stage.masterKeys.set(alice.userId, { ...alice.master.object, signatures });
};

describe("merging what places say", () => {
  it("gives one signature once, with every place, room and manifest that has it", async () => {
    const manifest = await alice.approved();
    onKey();
    stage.fields.set(alice.userId, manifest);
    stage.room(roomId, new Map([[alice.userId, manifest]]));
    stage.room("!other:example.org", new Map([[alice.userId, { ...manifest, sequence: stage.now - 1 }]]));
    const bundles = new Map([[alice.userId, [manifest]]]);
    const identity = await stage.readOne(alice.userId, { rooms: [roomId, "!other:example.org"], bundles });
    expect(identity.signatures).toHaveLength(1);
    expect(identity.signatures[0]?.seenIn).toEqual(["master-key", "room-state", "bundle", "profile-field"]);
    expect(identity.signatures[0]?.rooms).toEqual([roomId, "!other:example.org"]);
    expect(identity.signatures[0]?.heldBy?.length).toBeGreaterThan(0);
  });

  it("compares values after decoding and keeps the spelling that algorithms read", async () => {
    const keyId = "custom:org.example.stamp:key";
    stage.masterKeys.set(alice.userId, {
      ...alice.master.object,
      signatures: { [alice.userId]: { [keyId]: "c2ln-w" } },
    });
    stage.fields.set(alice.userId, alice.manifest({ external: { [keyId]: "c2ln+w" } }));
    const { signatures } = await stage.readOne(alice.userId);
    expect(signatures).toHaveLength(1);
    expect(signatures[0]).toMatchObject({ value: "c2ln+w", seenIn: ["master-key", "profile-field"] });
  });

  it("spares by a withdrawal of a whole key what stands on the master key too, if the manifest holds it", async () => {
    onKey();
    stage.fields.set(alice.userId, await alice.approved({ withdrawn: [{ key: stage.companyHash }] }));
    expect((await stage.assess(alice.userId)).level).toBe("trusted");
    stage.now += 700_000;
    stage.fields.set(alice.userId, await alice.approved({ external: {}, withdrawn: [{ key: stage.companyHash }] }));
    expect((await stage.assess(alice.userId)).level).toBe("rejected");
  });

  it("spares what stands on the master key alone, if a manifest seen before holds it", async () => {
    onKey();
    stage.fields.set(alice.userId, await alice.approved({ withdrawn: [{ key: stage.companyHash }] }));
    expect((await stage.assess(alice.userId)).level).toBe("trusted");
    stage.intercept = ({ url }) => (url.pathname.includes("/profile/") ? matrixError(502, "M_UNKNOWN") : undefined);
    expect(await stage.assess(alice.userId, { fresh: true })).toMatchObject({
      level: "trusted",
      problems: ["manifest-unavailable"],
      reports: [{ seenIn: ["master-key"] }],
    });
  });

  it("reads nothing for a user without a master key", async () => {
    const identity = await stage.readOne("@nobody:example.org");
    expect(identity).toMatchObject({ signatures: [], withdrawn: [], problems: ["no-master-key"] });
    expect(stage.profilesAsked).toBe(0);
  });
});

describe("what costs a request", () => {
  const owners = async (count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => stage.owner(`@user${index}:example.org`)));

  it("is one for everybody in a room, and none for their profiles", async () => {
    const people = await owners(20);
    const manifests = await Promise.all(people.map(async (one) => [one.userId, await one.approved()] as const));
    stage.room(roomId, new Map(manifests));
    const identities = await stage.read(
      people.map(({ userId }) => userId),
      { rooms: [roomId] },
    );
    expect(stage.seen.map(({ url }) => url.pathname.split("/").at(-1)).sort()).toEqual(["query", "state"]);
    for (const { signatures, problems } of identities.values()) {
      expect(signatures).toMatchObject([{ seenIn: ["room-state"], rooms: [roomId] }]);
      expect(problems).toEqual([]);
    }
  });

  it.each<[string, (owner: ReadingOwner) => Promise<void>]>([
    ["who left it", async (one) => void stage.rooms.get(roomId)?.push(leave(one.userId))],
    ["who emptied it there", async (one) => stage.room(roomId, new Map([[one.userId, {}]]))],
    [
      "whose copy there is damaged",
      async (one) => stage.room(roomId, new Map([[one.userId, { user_id: one.userId }]])),
    ],
    [
      "whose copy there is older than one seen before",
      async (one) => {
        stage.fields.set(one.userId, await one.approved({ sequence: stage.now + 1 }));
        await stage.readOne(one.userId);
        await stage.store.deleteFields([one.userId]);
      },
    ],
    [
      "whose room was replaced",
      async () => {
        const tombstone = { type: "m.room.tombstone", state_key: "", sender: stage.reader, content: {} };
        stage.rooms.get(roomId)?.push(tombstone);
      },
    ],
  ])("is the profile of one %s", async (_who, change) => {
    stage.room(roomId, new Map([[alice.userId, await alice.approved()]]));
    await change(alice);
    const before = stage.profilesAsked;
    await stage.readOne(alice.userId, { rooms: [roomId] });
    expect(stage.profilesAsked - before).toBe(1);
  });

  it("is none for a while for who was asked before, whether there was something or not", async () => {
    const bob = await stage.owner("@bob:example.org");
    stage.fields.set(alice.userId, await alice.approved());
    const first = await stage.read([alice.userId, bob.userId]);
    stage.now += 599_999;
    const again = await stage.read([alice.userId, bob.userId]);
    expect(stage.profilesAsked).toBe(2);
    expect(again.get(alice.userId)?.signatures).toEqual(first.get(alice.userId)?.signatures);
    stage.now += 1;
    await stage.read([alice.userId, bob.userId]);
    expect(stage.profilesAsked).toBe(4);
  });

  it("is none less where the caller asks for what is fresh", async () => {
    await stage.readOne(alice.userId);
    await stage.readOne(alice.userId, { fresh: true });
    expect(stage.profilesAsked).toBe(2);
  });

  it("is one more where a remembered field is older than what a room showed", async () => {
    stage.fields.set(alice.userId, await alice.approved());
    await stage.readOne(alice.userId);
    const newer = await alice.approved({ sequence: stage.now + 1, external: {} });
    stage.fields.set(alice.userId, newer);
    stage.room(roomId, new Map([[alice.userId, newer]]));
    const identity = await stage.readOne(alice.userId, { rooms: [roomId] });
    expect(identity).toMatchObject({ signatures: [], problems: [] });
    expect(stage.profilesAsked).toBe(2);
  });

  it("remembers no failure", async () => {
    stage.intercept = ({ url }) => (url.pathname.includes("/profile/") ? matrixError(502, "M_UNKNOWN") : undefined);
    expect((await stage.readOne(alice.userId)).problems).toEqual(["manifest-unavailable"]);
    stage.intercept = () => undefined;
    stage.fields.set(alice.userId, await alice.approved());
    expect((await stage.readOne(alice.userId)).signatures).toHaveLength(1);
  });

  it("believes no cached field that its own clock calls stale", async () => {
    const cached: CachedField = { userId: alice.userId, fetchedAt: stage.now + 1, freshUntil: stage.now + 2 };
    const fields = {
      getFields: async () => new Map([[alice.userId, cached]]),
      putFields: async () => {},
      deleteFields: async () => {},
    };
    await stage.readOne(alice.userId, { fields });
    expect(stage.profilesAsked).toBe(1);
  });

  it("reads a room once for several batches of users", async () => {
    stage.room(roomId, new Map([[alice.userId, await alice.approved()]]));
    const { signal } = new AbortController();
    const context = { http: stage.http(), now: () => stage.now, signal, reader: stage.reader };
    const read = openReading(stage.sources({ rooms: [roomId] }), context);
    for (let batch = 0; batch < 3; batch++) await read([alice.userId]);
    expect(stage.seen.filter(({ url }) => url.pathname.endsWith("/state"))).toHaveLength(1);
  });
});

describe("what this reader has seen", () => {
  it("goes on counting for withdrawals when the profile is emptied, and it is said", async () => {
    onKey();
    stage.fields.set(alice.userId, await alice.approved({ external: {}, withdrawn: [{ key: stage.companyHash }] }));
    expect((await stage.assess(alice.userId)).level).toBe("rejected");
    stage.fields.set(alice.userId, {});
    stage.now += 700_000;
    expect(await stage.assess(alice.userId)).toMatchObject({
      level: "rejected",
      problems: ["manifest-rolled-back"],
    });
  });

  it("is written once, not at every reading", async () => {
    stage.fields.set(alice.userId, await alice.approved());
    let written = 0;
    const memory = {
      getManifests: (userIds: readonly string[]) => stage.store.getManifests(userIds),
      putManifests: async (manifests: Parameters<typeof stage.store.putManifests>[0]) => {
        written += manifests.length;
        await stage.store.putManifests(manifests);
      },
    };
    await stage.readOne(alice.userId, { memory });
    await stage.readOne(alice.userId, { memory });
    expect(written).toBe(1);
  });

  it("calls nothing rolled back only because a profile could not be read", async () => {
    stage.fields.set(alice.userId, await alice.approved());
    await stage.readOne(alice.userId);
    stage.intercept = ({ url }) => (url.pathname.includes("/profile/") ? matrixError(502, "M_UNKNOWN") : undefined);
    expect((await stage.readOne(alice.userId, { fresh: true })).problems).toEqual(["manifest-unavailable"]);
  });

  it("is missed where rooms are all that can be asked", async () => {
    stage.hasProfileFields = false;
    stage.room(roomId, new Map([[alice.userId, await alice.approved()]]));
    await stage.readOne(alice.userId, { rooms: [roomId] });
    stage.room(roomId, new Map(), [alice.userId]);
    expect((await stage.readOne(alice.userId, { rooms: [roomId] })).problems).toEqual(["manifest-rolled-back"]);
    expect((await stage.readOne(alice.userId)).problems).toEqual([]);
    stage.room(roomId, new Map());
    expect((await stage.readOne(alice.userId, { rooms: [roomId] })).problems).toEqual([]);
  });
});

describe("what is ordinary", () => {
  it("tells of a room that cannot be read on every identity, and reads the rest", async () => {
    stage.fields.set(alice.userId, await alice.approved());
    const identities = await stage.read([alice.userId, "@nobody:example.org"], { rooms: ["!closed:example.org"] });
    expect(identities.get(alice.userId)).toMatchObject({ problems: ["room-unavailable"] });
    expect(identities.get(alice.userId)?.signatures).toHaveLength(1);
    expect(identities.get("@nobody:example.org")?.problems).toEqual(["no-master-key", "room-unavailable"]);
  });

  it("counts of an owner who left a room only what they take back there", async () => {
    const manifest = await alice.approved({ withdrawn: [{ key: stage.companyHash, value: "b".repeat(64) }] });
    stage.room(roomId, new Map([[alice.userId, manifest]]));
    stage.rooms.get(roomId)?.push(leave(alice.userId));
    const identity = await stage.readOne(alice.userId, { rooms: [roomId] });
    expect(identity.signatures).toEqual([]);
    expect(identity.withdrawn).toMatchObject([{ key: stage.companyHash }]);
  });

  it("is over when the caller ends it", async () => {
    const ending = new AbortController();
    stage.intercept = () => {
      ending.abort();
      return undefined;
    };
    const context = { http: stage.http(), now: () => stage.now, signal: ending.signal, reader: stage.reader };
    await expect(openReading(stage.sources(), context)([alice.userId])).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});

function leave(userId: string) {
  return { type: "m.room.member", state_key: userId, sender: userId, content: { membership: "leave" } };
}

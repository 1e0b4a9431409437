import { describe, expect, it, vi } from "vitest";
import { type AssessedIdentity, assuredKey } from "../../src/client/native/assured-key.js";
import { type Conferrer, createConferrer, type NativeFailure } from "../../src/client/native/conferrer.js";
import { createFollower } from "../../src/client/native/follow-verdicts.js";
import { openSession, type Session } from "../../src/client/session.js";
import { readTrustState } from "../../src/client/trusting/trust-in-force.js";
import type { IdentityAssessment } from "../../src/model/assessment.js";
import type { Conferral } from "../../src/model/conferral.js";
import { readSignable } from "../../src/model/signable.js";
import { memoryStore } from "../../src/store/memory-store.js";
import { type NativeOutlived, outlived } from "../../src/trust/outlived.js";
import type { EmbeddedUser } from "../support/embedded-user.js";
import { anotherMasterKey, type NativeStage, setNativeStage, uploadsOf } from "../support/native-stage.js";
import { nobodyTrusted } from "../support/nobody-trusted.js";

const now = 1_795_000_000_000;

/** A verdict on the key that a user has, or on another. */
function assessed(owner: EmbeddedUser, parts: Partial<IdentityAssessment> = {}): AssessedIdentity {
  const { userId } = owner.account;
  const masterKey = readSignable(owner.keys.body.master_key, userId);
  const about = { path: [], vouches: [], reasons: [], needed: [], reports: [], problems: [] } as const;
  const times = { checkedAt: now, freshUntil: now + 1000 };
  return {
    identity: { userId, masterKey, signatures: [], withdrawn: [], problems: [], fetchedAt: now },
    assessment: { userId, masterKey: owner.keys.master.publicKey, level: "trusted", ...about, ...times, ...parts },
    isCurrent: () => true,
  };
}

interface Conferring {
  readonly stage: NativeStage;
  readonly session: Session;
  readonly conferrer: Conferrer;
  readonly conferrals: Conferral[];
  readonly failures: NativeFailure[];
}

async function setUp(parts: Parameters<typeof setNativeStage>[0] = {}): Promise<Conferring> {
  const stage = await setNativeStage(parts);
  const { client, http } = stage.readerParts;
  const session = openSession(client, { now: () => now, http }, memoryStore(), { ...nobodyTrusted });
  const [conferrals, failures]: [Conferral[], NativeFailure[]] = [[], []];
  const conferrer = createConferrer(session, {
    conferred: (conferral) => conferrals.push(conferral),
    failed: (failure) => failures.push(failure),
  });
  return { stage, session, conferrer, conferrals, failures };
}

describe("conferring by policy", () => {
  it("signs who is trusted, together and once, and nobody else", async () => {
    const { stage, conferrer, conferrals, failures } = await setUp();
    const owners = await Promise.all(["a", "b", "c", "d"].map((name) => stage.owner(name, false)));
    const [a, b, c, d] = owners as [EmbeddedUser, EmbeddedUser, EmbeddedUser, EmbeddedUser];
    conferrer.consider(assessed(a));
    for (const owner of [stage.reader, a, b, c, d]) conferrer.consider(assessed(owner));
    conferrer.consider(assessed(c, { level: "unproven" }));
    conferrer.consider(assessed(d, { problems: ["manifest-unavailable"] }));
    await vi.waitFor(() => expect(conferrals).toHaveLength(2));
    conferrer.consider(assessed(a));
    expect(conferrals.map(({ userId }) => userId)).toEqual([a.account.userId, b.account.userId]);
    expect(failures).toEqual([]);
    for (const owner of [c, d]) expect(await stage.nativeSignaturesOn(owner)).toEqual({});
    expect(uploadsOf(stage).flatMap((body) => Object.keys(body))).toEqual([a.account.userId, b.account.userId]);
  });

  it("tells of a failure once for all who wait, asks for no pass phrase, and leaves them alone for ten minutes", async () => {
    const asked: string[] = [];
    const { stage, conferrer, failures } = await setUp({
      crypto: { exportSecretsBundle: async () => ({ cross_signing: undefined }) },
      client: { secretStorage: { get: async (name) => void asked.push(name) } },
    });
    const owner = await stage.owner("owner", false);
    const { userId } = owner.account;
    conferrer.consider(assessed(owner));
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    expect(failures).toMatchObject([{ userIds: [userId], error: { code: "ERR_NATIVE_KEY_MISSING" } }]);
    const requests = stage.sent.length;
    conferrer.consider(assessed(owner, { checkedAt: now + 599_999, freshUntil: now + 700_000 }));
    expect(stage.sent).toHaveLength(requests);
    expect(asked).toEqual([]);
  });

  it("does not sign a key that was withdrawn from", async () => {
    const { stage, session, conferrer, conferrals } = await setUp();
    const [left, right] = [await stage.owner("left", false), await stage.owner("right", false)];
    const { userId } = left.account;
    const conferral = { userId, masterKey: left.keys.master.publicKey, conferredAt: now, reason: "", withdrawnAt: now };
    await session.store.putConferral(conferral);
    conferrer.consider(assessed(left));
    conferrer.consider(assessed(right));
    await vi.waitFor(() => expect(conferrals).toHaveLength(1));
    expect(await stage.nativeSignaturesOn(left)).toEqual({});
  });

  it("one user whose key the server refuses hinders nobody", async () => {
    const { stage, conferrer, conferrals, failures } = await setUp();
    const owners = await Promise.all(["a", "b", "c"].map((name) => stage.owner(name, false)));
    const refused = owners[1]?.account.userId ?? "";
    stage.tamper = ({ path, body }, answer) =>
      path.endsWith("/keys/signatures/upload") && refused in body
        ? Response.json({ errcode: "M_BAD_JSON" }, { status: 400 })
        : answer;
    stage.isLost = ({ body }) => refused in body;
    for (const owner of owners) conferrer.consider(assessed(owner));
    await vi.waitFor(() => expect(conferrals.length + failures.length).toBe(3));
    expect(failures).toMatchObject([{ userIds: [refused], error: { code: "ERR_HTTP_STATUS" } }]);
  });
});

describe("a key that may be signed", () => {
  it("is the one that was assessed, trusted, while the verdict may be relied on", async () => {
    const stage = await setNativeStage();
    const owner = await stage.owner("owner", false);
    const one = assessed(owner);
    expect(assuredKey(one, now)).toBe(one.identity.masterKey);
    expect(assuredKey(one, now + 1000)).toBeUndefined();
    expect(assuredKey(one, now - 1)).toBeUndefined();
    expect(assuredKey({ ...one, isCurrent: () => false }, now)).toBeUndefined();
    for (const level of ["unproven", "rejected", "changed"] as const) {
      expect(assuredKey(assessed(owner, { level }), now)).toBeUndefined();
    }
    expect(assuredKey(assessed(owner, { userId: "@other:localhost" }), now)).toBeUndefined();
    const { userId } = owner.account;
    const other = readSignable(anotherMasterKey(userId), userId);
    expect(assuredKey({ ...one, identity: { ...one.identity, masterKey: other } }, now)).toBeUndefined();
    const selfSigning = readSignable(owner.keys.body.self_signing_key, userId);
    const asMaster = assessed(owner, { masterKey: owner.keys.selfSigning.publicKey });
    expect(assuredKey({ ...asMaster, identity: { ...one.identity, masterKey: selfSigning } }, now)).toBeUndefined();
  });
});

describe("what outlives trust", () => {
  it("is a conferral that stands, of a user who is not trusted with that key any more", async () => {
    const stage = await setNativeStage();
    const owner = await stage.owner("owner", false);
    const { userId } = owner.account;
    const { assessment } = assessed(owner);
    const conferral = { userId, masterKey: owner.keys.master.publicKey, conferredAt: now, reason: "" };
    expect(outlived([conferral], [assessment])).toEqual([]);
    const fallen: IdentityAssessment = { ...assessment, level: "rejected" };
    expect(outlived([conferral], [fallen])).toEqual([{ userId, conferral, assessment: fallen }]);
    const moved = { ...assessment, masterKey: "AAAA" };
    expect(outlived([conferral], [moved])).toEqual([{ userId, conferral, assessment: moved }]);
    expect(outlived([{ ...conferral, withdrawnAt: now }], [fallen])).toEqual([]);
    expect(outlived([{ ...conferral, userId: "@other:localhost" }], [fallen])).toEqual([]);
  });
});

describe("following verdicts", () => {
  it.each([true, false])("tells what outlived its trust, and confers by policy alone: %s", async (conferNative) => {
    const { stage, session, conferrals } = await setUp();
    const [fallen, risen] = [await stage.owner("fallen", false), await stage.owner("risen", false)];
    const { userId } = fallen.account;
    session.inForce.current = await readTrustState({ version: 1, anchors: [], policy: { version: 1, conferNative } });
    await session.store.putConferral({ userId, masterKey: fallen.keys.master.publicKey, conferredAt: now, reason: "" });
    const told: NativeOutlived[] = [];
    const follow = createFollower(session, {
      outlived: (one) => told.push(one),
      conferred: (conferral) => conferrals.push(conferral),
      failed: ({ error }) => expect.unreachable(error.message),
    });
    const verdicts = [assessed(fallen, { level: "rejected" }), assessed(risen)];
    await follow(
      new Map(verdicts.map(({ identity }) => [identity.userId, identity])),
      verdicts.map(({ assessment }) => assessment),
      () => true,
    );
    expect(told).toMatchObject([{ userId, assessment: { level: "rejected" } }]);
    if (conferNative) await vi.waitFor(() => expect(conferrals).toMatchObject([{ userId: risen.account.userId }]));
    expect(stage.sent.length > 0).toBe(conferNative);
  });
});

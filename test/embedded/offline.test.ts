import { Countersign, type CountersignOptions } from "matrix-countersign";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { x509 } from "../../src/algorithms/x509.js";
import { offlineHttp } from "../../src/matrix/offline-http.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { offlineSession } from "../support/offline-session.js";
import { makeKey, makeValue, now, primaryPackets } from "../support/openpgp.js";
import { object } from "../support/openpgp-judge.js";
import { type ReadingStage, readingStage } from "../support/reading-stage.js";
import { makeList } from "../support/revocation-data.js";
import { cmsPem, elementCms, judge, makeRoot, makeSigner } from "../support/x509-signatures.js";

afterEach(() => vi.unstubAllGlobals());

describe("an instance that is offline", () => {
  it("makes no call, assesses what it is given, and leaves the rest to one that is online", async () => {
    const escaped: unknown[] = [];
    vi.stubGlobal("fetch", async (input: unknown) => {
      escaped.push(input);
      throw new TypeError("Failed to fetch");
    });
    const { calls, assessed, refused, resumed, outbox, afterwards } = await offlineSession();
    expect([calls, escaped]).toEqual([[], []]);
    expect(assessed.fromKeyring).toMatchObject({ level: "trusted", problems: ["offline"] });
    expect(assessed.withResolvers).toMatchObject({
      level: "unproven",
      reasons: [{ code: "not-valid", report: "resolver-failed" }],
    });
    expect(refused).toEqual(Array.from({ length: 6 }, () => "ERR_HTTP_OFFLINE"));
    expect(resumed).toEqual([]);
    expect(outbox.map(({ action, state, reason }) => [action, state, reason])).toEqual([
      ["publish", "waiting", "ERR_HTTP_OFFLINE"],
      ["withdraw", "waiting", "ERR_HTTP_OFFLINE"],
    ]);
    expect(afterwards).toMatchObject({ level: "trusted", problems: [] });
  });

  it("refuses every kind of request", async () => {
    const { request, requestList, requestOrChallenge, fetch } = offlineHttp;
    const ask = { method: "GET", path: "/" } as const;
    for (const asking of [request(ask), requestList(ask), requestOrChallenge(ask), fetch("https://example.org")])
      await expect(asking).rejects.toMatchObject({ name: "HttpError", code: "ERR_HTTP_OFFLINE" });
  });

  it("is asked for in so many words", async () => {
    const stage = await readingStage();
    for (const offline of ["yes", 1, null]) {
      const options = { offline } as unknown as CountersignOptions;
      await expect(Countersign.create(stage.client, options)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    }
  });
});

describe("identities of an instance that is offline", () => {
  const alice = "@alice:example.org";
  const answerOf = (stage: ReadingStage) => ({
    master_keys: Object.fromEntries(stage.masterKeys),
    self_signing_keys: Object.fromEntries(stage.selfSigningKeys),
  });
  const offlineAt = (stage: ReadingStage, more: Partial<CountersignOptions> = {}) =>
    Countersign.create(stage.client, {
      algorithms: [stage.algorithm],
      store: stage.store,
      now: () => stage.now,
      http: { fetch: stage.fetch },
      offline: true,
      ...more,
    });

  it("say what is lacking where nobody handed in a key", async () => {
    const stage = await readingStage();
    await stage.owner();
    const countersign = await offlineAt(stage, { rooms: ["!room:example.org"], direct: true });
    const identities = await countersign.fetch([alice, "nobody"]);
    expect(identities.get(alice)).toMatchObject({ signatures: [], problems: ["offline"] });
    expect(identities.get(alice)?.masterKey).toBeUndefined();
    const handedIn = await countersign.fetch([alice, "@bob:example.org", "nobody"], { keys: answerOf(stage) });
    expect([...handedIn.values()].map(({ problems }) => problems)).toEqual([
      ["offline"],
      ["no-master-key", "offline"],
      ["malformed-user-id", "offline"],
    ]);
    await expect(countersign.fetch([alice], { keys: null as never })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
    expect(stage.seen).toEqual([]);
  });

  it("hold what bundles bring, and what a profile said a while ago", async () => {
    const stage = await readingStage();
    const owner = await stage.owner();
    const countersign = await offlineAt(stage);
    await countersign.importBundle(owner.manifest());
    const [bundled] = (await countersign.fetch([alice], { keys: answerOf(stage) })).values();
    expect(bundled?.signatures.map(({ seenIn }) => seenIn)).toEqual([["bundle"]]);
    stage.fields.set(alice, await owner.approved());
    await stage.read([alice]);
    const asked = stage.seen.length;
    const remembering = await offlineAt(stage);
    const [remembered] = (await remembering.fetch([alice], { keys: answerOf(stage), fresh: true })).values();
    expect(remembered?.signatures.map(({ seenIn }) => seenIn)).toEqual([["profile-field"]]);
    expect(stage.seen).toHaveLength(asked);
  });

  it("keep the withdrawals that were seen before", async () => {
    const stage = await readingStage();
    const owner = await stage.owner();
    stage.fields.set(alice, await owner.approved({ external: {}, withdrawn: [{ key: stage.companyHash }] }));
    await stage.read([alice]);
    stage.now += 24 * 60 * 60_000;
    const countersign = await offlineAt(stage);
    await countersign.importBundle(owner.manifest());
    const [identity] = (await countersign.fetch([alice], { keys: answerOf(stage) })).values();
    expect(identity?.withdrawn).toMatchObject([{ key: stage.companyHash }]);
  });

  it("serve verdicts from the cache and put none there", async () => {
    const stage = await readingStage();
    const owner = await stage.owner();
    const assess = async (offline: boolean): Promise<void> => {
      const countersign = await offlineAt(stage, { offline });
      await countersign.importBundle(owner.manifest());
      for await (const { reports } of countersign.assess([alice], { keys: answerOf(stage) }))
        expect(reports[0]?.code).toBe("valid");
    };
    const before = stage.algorithm.asked;
    for (const offline of [true, true, false, true]) await assess(offline);
    expect(stage.algorithm.asked - before).toBe(3);
  });
});

describe("an algorithm that is told to ask nobody", () => {
  it("takes a resolver's answer from memory, and does not ask for another", async () => {
    const key = makeKey();
    let asked = 0;
    let clock = 0;
    const resolver = async () => {
      asked++;
      return primaryPackets(key);
    };
    const algorithm = openpgp({ resolver, resolverMaxAgeMs: 1000, now: () => clock });
    const input = { object, key: key.fingerprint, value: makeValue(key, object), now: now * 1000 };
    expect((await algorithm.verify({ ...input, offline: true })).code).toBe("resolver-failed");
    expect((await algorithm.verify(input)).code).toBe("valid");
    expect((await algorithm.verify({ ...input, offline: true })).code).toBe("valid");
    clock = 1000;
    expect((await algorithm.verify({ ...input, offline: true })).code).toBe("resolver-failed");
    expect(asked).toBe(1);
  });

  it("fetches no revocation list, and says so under hard-fail", async () => {
    const root = makeRoot();
    const point = { fullName: [generalName.uri("http://crl.example.org/root.crl")] };
    const value = cmsPem(
      elementCms(makeSigner(root, { extensions: [certificateExtension.crlDistributionPoints(point)] })),
    );
    let asked = 0;
    const fetch = async () => {
      asked++;
      return new Response(makeList({ issuer: root }));
    };
    const algorithm = x509({ trustedCertificates: root.pem, revocation: "hard-fail", fetch: { fetch } });
    expect((await judge(algorithm, value, { offline: true })).code).toBe("revocation-unknown");
    expect(asked).toBe(0);
    expect((await judge(algorithm, value)).code).toBe("valid");
    expect(asked).toBe(1);
  });
});

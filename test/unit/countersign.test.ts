import {
  Countersign,
  type CountersignOptions,
  type IdentityAssessment,
  type SignatureAlgorithm,
} from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { describe, expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { matrixError } from "../support/scripted-fetch.js";
import { scriptedHomeserver } from "../support/scripted-homeserver.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const alice = "@alice:example.org";
const bob = "@bob:example.org";
const now = 1_795_000_000_000;

async function setUp(options: Partial<CountersignOptions> = {}) {
  const server = scriptedHomeserver();
  const signer = await stampSigner();
  const [owner, reader] = [await server.account(alice), await server.account(bob)];
  const anchor = {
    id: "company",
    algorithm: signer.algorithm,
    key: signer.fingerprint,
    speaksFor: "scope" as const,
    scope: { servers: ["example.org"] },
  };
  const common = {
    algorithms: [stampAlgorithm()],
    now: () => now,
    http: { fetch: server.fetch, wait: async () => {}, maxRetries: 1 },
    ...options,
  };
  const store = memoryStore({ now: () => now });
  const own = await Countersign.create(owner.client, { ...common, store });
  const others = await Countersign.create(reader.client, { anchors: [anchor], ...common });
  return { server, signer, owner, reader, own, others, store, anchor };
}

async function assessOne(countersign: Countersign, userId = alice): Promise<IdentityAssessment | undefined> {
  for await (const assessment of countersign.assess([userId])) return assessment;
  return undefined;
}

describe("the main job", () => {
  it("signs, publishes on every route, and convinces a reader whose anchor it is", async () => {
    const { own, others, signer, store } = await setUp();
    const receipt = await own.publish(await own.sign(signer));
    expect(receipt).toMatchObject({ userId: alice, published: true });
    expect(receipt).toMatchObject({ visibleTo: "everyone", advice: [] });
    expect(receipt.routes).toEqual([
      {
        route: "signatures-upload",
        accepted: true,
        stored: true,
        visibleTo: "unknown",
        proof: "read-back",
        remarks: [],
        recall: "never",
      },
      {
        route: "profile-field",
        accepted: true,
        stored: true,
        visibleTo: "everyone",
        proof: "inferred",
        remarks: ["unapproved", "needs-profile-fields"],
        recall: "removable",
      },
    ]);
    const assessment = await assessOne(others);
    expect(assessment).toMatchObject({ userId: alice, level: "trusted", reasons: [{ code: "vouched" }] });
    expect(assessment?.reports).toHaveLength(1);
    expect(assessment?.reports[0]?.seenIn).toEqual(["master-key", "profile-field"]);
    expect(await store.outbox()).toEqual([]);
  });

  it("uses only the routes it is told", async () => {
    const { own, signer, server } = await setUp();
    const signature = await own.sign(signer);
    await own.publish(signature, { routes: ["profile-field"] });
    expect(server.seen.some(({ path }) => path.endsWith("/signatures/upload"))).toBe(false);
    await expect(own.publish(signature, { routes: [] })).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });

  it("keeps what others hung on the key and in the manifest", async () => {
    const { own, signer, server } = await setUp();
    await own.publish(await own.sign(signer));
    await own.publish(await own.sign(await stampSigner()));
    const manifest = server.manifests.get(alice) as { external: object };
    expect(Object.keys(manifest.external)).toHaveLength(2);
  });

  it("hands out the exact bytes and no signatures", async () => {
    const { own, owner } = await setUp();
    const request = await own.prepare({ algorithm: "org.example.stamp" });
    const key = owner.key.publicKey;
    const text = `{"keys":{"ed25519:${key}":"${key}"},"usage":["master"],"user_id":"${alice}"}`;
    expect(new TextDecoder().decode(request.bytes)).toBe(text);
    expect(request.masterKey).toBe(key);
  });

  it("asks for an algorithm of its own registry alone", async () => {
    const { own } = await setUp();
    await expect(own.prepare({ algorithm: "org.example.other" })).rejects.toMatchObject({
      code: "ERR_ALGORITHM_UNKNOWN",
    });
  });
});

describe("an own identity that is not beyond doubt", () => {
  it("is not signed where this device has not verified it", async () => {
    const { own, owner } = await setUp();
    owner.crypto.verified = false;
    const refused = { code: "ERR_OWN_IDENTITY_UNVERIFIED" };
    await expect(own.prepare({ algorithm: "org.example.stamp" })).rejects.toMatchObject(refused);
    owner.crypto.masterKey = null;
    await expect(own.prepare({ algorithm: "org.example.stamp" })).rejects.toMatchObject(refused);
  });

  it("is missing where the user never set up cross-signing", async () => {
    const { own, owner, server } = await setUp();
    owner.crypto = { masterKey: null, verified: false };
    server.masterKeys.delete(alice);
    await expect(own.prepare({ algorithm: "org.example.stamp" })).rejects.toMatchObject({
      code: "ERR_OWN_IDENTITY_MISSING",
    });
  });

  it("is not signed where this device lacks the keys", async () => {
    const { own, owner } = await setUp();
    owner.crypto.masterKey = null;
    await expect(own.prepare({ algorithm: "org.example.stamp" })).rejects.toMatchObject({
      code: "ERR_OWN_IDENTITY_MISSING",
    });
  });

  it("is not signed where the server serves another key", async () => {
    const { own, server } = await setUp();
    server.masterKeys.set(alice, (await makeCrossSigningKey(alice)).object);
    await expect(own.prepare({ algorithm: "org.example.stamp" })).rejects.toMatchObject({
      code: "ERR_OWN_IDENTITY_DIFFERS",
    });
  });

  it("is not published for where the key changed since, and the signature is kept", async () => {
    const { own, owner, server, signer } = await setUp();
    const signature = await own.sign(signer);
    const next = await makeCrossSigningKey(alice);
    server.masterKeys.set(alice, next.object);
    owner.crypto.masterKey = next.publicKey;
    await expect(own.publish(signature)).rejects.toMatchObject({ code: "ERR_OWN_IDENTITY_CHANGED" });
    expect(await own.outbox()).toMatchObject([
      { signature: { keyId: signature.keyId, value: signature.value }, reason: "ERR_OWN_IDENTITY_CHANGED" },
    ]);
    expect(server.manifests.size).toBe(0);
  });
});

describe("what must not leave the page", () => {
  it("a signature that is not valid", async () => {
    const { own, server, signer } = await setUp();
    const request = await own.prepare({ algorithm: "org.example.stamp" });
    const other = String(await signer.sign(new TextEncoder().encode("something else")));
    await expect(own.accept(request, other)).rejects.toMatchObject({ code: "ERR_ACCEPT_NOT_VALID" });
    const signature = await own.accept(request, await signer.sign(request.bytes));
    const before = server.seen.length;
    const forged = { ...signature, value: other.split(" ")[1] ?? "" };
    await expect(own.publish(forged)).rejects.toMatchObject({ code: "ERR_ACCEPT_NOT_VALID" });
    expect(server.seen.slice(before).filter(({ method, path }) => method === "PUT" || path.endsWith("upload"))).toEqual(
      [],
    );
  });

  it("a request that was tampered with", async () => {
    const { own, signer } = await setUp();
    const request = await own.prepare({ algorithm: "org.example.stamp" });
    const { object } = await makeCrossSigningKey(alice);
    await expect(own.accept({ ...request, object }, await signer.sign(request.bytes))).rejects.toMatchObject({
      code: "ERR_OBJECT_SHAPE",
    });
  });

  it("a key ID that servers choke on", async () => {
    const { own, signer } = await setUp();
    const signature = await own.sign(signer);
    await expect(own.publish({ ...signature, keyId: "nocolon" })).rejects.toMatchObject({
      code: "ERR_KEY_ID_MALFORMED",
    });
  });

  it("an object value on the key itself; the manifest takes it", async () => {
    const signer = { fingerprint: "any", keyHash: "a".repeat(64), names: [] };
    const anything: SignatureAlgorithm = {
      id: "org.example.anything",
      verify: async () => ({ status: "valid", code: "valid", signer }),
    };
    const { own, owner } = await setUp({ algorithms: [anything] });
    const value = { signature: "c2ln" };
    const keyId = "custom:org.example.anything";
    const receipt = await own.publish({ userId: alice, masterKey: owner.key.publicKey, keyId, value });
    expect(receipt.routes).toMatchObject([
      { route: "signatures-upload", stored: false, error: { code: "ERR_PUBLISH_UNSAFE" } },
      { route: "profile-field", stored: true },
    ]);
  });
});

describe("the size rule", () => {
  it("keeps what is too long off the key; the manifest takes it", async () => {
    const signer = { fingerprint: "any", keyHash: "a".repeat(64), names: [] };
    const long: SignatureAlgorithm = {
      id: "org.example.long",
      verify: async () => ({ status: "valid", code: "valid", signer }),
    };
    const { own, owner, server } = await setUp({ algorithms: [long] });
    const value = "A".repeat(2048);
    const keyId = "custom:org.example.long:1";
    const receipt = await own.publish({ userId: alice, masterKey: owner.key.publicKey, keyId, value });
    expect(receipt.routes).toMatchObject([
      { route: "signatures-upload", stored: false, error: { code: "ERR_SIGNATURE_SIZE" } },
      { route: "profile-field", stored: true },
    ]);
    expect(server.seen.some(({ path }) => path.endsWith("/signatures/upload"))).toBe(false);
  });
});

describe("honesty about what the server did", () => {
  it("calls failures in a 200 answer failures", async () => {
    const { own, server, signer } = await setUp();
    server.intercept = ({ path }) =>
      path.endsWith("/signatures/upload")
        ? new Response(JSON.stringify({ failures: { [alice]: { key: { errcode: "M_INVALID_SIGNATURE" } } } }))
        : undefined;
    const receipt = await own.publish(await own.sign(signer), { routes: ["signatures-upload"] });
    expect(receipt).toMatchObject({ published: false, routes: [{ accepted: false, stored: false }] });
    expect(await own.outbox()).toHaveLength(1);
  });

  it("does not believe a 200 that stored nothing", async () => {
    const { own, server, signer } = await setUp();
    server.storesUploads = false;
    const receipt = await own.publish(await own.sign(signer), { routes: ["signatures-upload"] });
    expect(receipt).toMatchObject({
      published: false,
      routes: [{ accepted: true, stored: false, visibleTo: "nobody", error: { code: "ERR_PUBLISH_FAILED" } }],
    });
  });

  it("throws what is worth another try, and keeps the signature", async () => {
    const { own, server, signer } = await setUp();
    const signature = await own.sign(signer);
    server.intercept = ({ method, path }) =>
      method === "PUT" || path.endsWith("upload") ? matrixError(401, "M_UNKNOWN_TOKEN") : undefined;
    await expect(own.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_TOKEN" });
    expect(await own.outbox()).toMatchObject([{ reason: "ERR_HTTP_TOKEN" }]);
    server.intercept = () => undefined;
    await expect(own.publish(signature)).resolves.toMatchObject({ published: true });
    expect(await own.outbox()).toEqual([]);
  });

  it("never overwrites a manifest that it cannot read", async () => {
    const { own, owner, server, signer } = await setUp();
    const broken = { user_id: alice, master_key: `ed25519:${owner.key.publicKey}`, sequence: 1, external: [] };
    server.manifests.set(alice, broken);
    const receipt = await own.publish(await own.sign(signer));
    expect(receipt.routes[1]).toMatchObject({ stored: false, error: { code: "ERR_MANIFEST_MALFORMED" } });
    expect(server.manifests.get(alice)).toBe(broken);
  });

  it("merges anew where another device wrote in between", async () => {
    const { own, owner, server, signer } = await setUp();
    const signature = await own.sign(signer);
    let raced = false;
    server.intercept = ({ method }) => {
      if (method === "PUT" && !raced) {
        raced = true;
        const master_key = `ed25519:${owner.key.publicKey}`;
        const external = { "custom:org.example.other:1": "eA" };
        queueMicrotask(() =>
          server.manifests.set(alice, { user_id: alice, master_key, sequence: now + 7, external, withdrawn: [] }),
        );
      }
      return undefined;
    };
    const receipt = await own.publish(signature, { routes: ["profile-field"] });
    expect(receipt.published).toBe(true);
    const { external } = server.manifests.get(alice) as { external: object };
    expect(Object.keys(external).sort()).toEqual(["custom:org.example.other:1", signature.keyId].sort());
  });
});

describe("reading", () => {
  it("takes what is out of the ordinary for a problem of that user", async () => {
    const { others, server } = await setUp();
    server.manifests.set(alice, "rubbish");
    server.intercept = ({ path }) => (path.includes("%40bob") ? matrixError(403, "M_FORBIDDEN") : undefined);
    const identities = await others.fetch([alice, bob, "@nobody:example.org", "__proto__"]);
    expect([...identities.values()].map(({ problems }) => problems)).toEqual([
      ["manifest-malformed"],
      ["manifest-unavailable"],
      ["no-master-key"],
      ["malformed-user-id"],
    ]);
  });

  it("reports an algorithm that it does not have, and keeps the signature word for word", async () => {
    const { own, server, signer, reader } = await setUp();
    await own.publish(await own.sign(signer));
    const bare = await Countersign.create(reader.client, { http: { fetch: server.fetch }, store: memoryStore() });
    expect(await assessOne(bare)).toMatchObject({
      level: "unproven",
      reports: [{ status: "unsupported", code: "unknown-algorithm", algorithm: "org.example.stamp" }],
    });
    const identity = (await bare.fetch([alice])).get(alice);
    expect(identity?.signatures[0]?.keyId).toBe(`custom:org.example.stamp:${signer.fingerprint}`);
  });

  it("tells of a master key that changed, and never trusts the new one for the old signature", async () => {
    const { own, others, server, signer } = await setUp();
    await own.publish(await own.sign(signer));
    expect((await assessOne(others))?.level).toBe("trusted");
    const changes: unknown[] = [];
    others.on("identity-changed", (change) => changes.push(change));
    const stolen = (server.masterKeys.get(alice) as { signatures: object }).signatures;
    const next = await makeCrossSigningKey(alice);
    server.masterKeys.set(alice, { ...next.object, signatures: stolen });
    expect(await assessOne(others)).toMatchObject({
      level: "changed",
      reasons: [{ code: "key-changed" }, { report: "bad-signature" }],
    });
    expect(changes).toMatchObject([{ userId: alice, after: next.publicKey }]);
  });

  it("emits each assessment and says how far it is", async () => {
    const { others, server } = await setUp();
    const heard: string[] = [];
    const stop = others.on("assessment", ({ userId }) => heard.push(userId));
    const userIds = await Promise.all(
      Array.from({ length: 150 }, async (_, index) => (await server.account(`@user${index}:example.org`)).userId),
    );
    const progress: unknown[] = [];
    let count = 0;
    for await (const _ of others.assess(userIds, { onProgress: (done) => progress.push(done) })) count += 1;
    stop();
    await assessOne(others);
    expect({ count, heard }).toEqual({ count: 150, heard: userIds });
    expect(progress).toEqual([
      { done: 100, total: 150 },
      { done: 150, total: 150 },
    ]);
  });

  it("asks again where the keyring is another one", async () => {
    let keyring = "keyring 1";
    const algorithm = { ...stampAlgorithm(), cacheContext: async () => keyring };
    let asked = 0;
    const { verify } = algorithm;
    algorithm.verify = (input) => {
      asked += 1;
      return verify(input);
    };
    const { own, others, signer } = await setUp({ algorithms: [algorithm] });
    await own.publish(await own.sign(signer));
    await assessOne(others);
    const before = asked;
    await assessOne(others);
    expect(asked).toBe(before);
    keyring = "keyring 2";
    await assessOne(others);
    expect(asked).toBe(before + 1);
  });

  it("answers from the cache, and not when time could say otherwise", async () => {
    const first = stampAlgorithm({ cacheContext: "keyring 1" });
    let time = now;
    const { own, others, signer } = await setUp({ algorithms: [first], now: () => time });
    await own.publish(await own.sign(signer));
    await assessOne(others);
    const asked = first.asked;
    expect((await assessOne(others))?.level).toBe("trusted");
    expect(first.asked).toBe(asked);
    time += 25 * 60 * 60 * 1000;
    await assessOne(others);
    expect(first.asked).toBe(asked + 1);
  });
});

describe("the life of an instance", () => {
  it("is refused for a client that is not logged in", async () => {
    const { owner } = await setUp();
    await expect(Countersign.create({ ...owner.client, getUserId: () => null })).rejects.toMatchObject({
      code: "ERR_CLIENT_INVALID",
    });
  });

  it("is refused with an option that is misspelt", async () => {
    const { owner } = await setUp();
    await expect(Countersign.create(owner.client, { anchor: [] } as object)).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
  });

  it("is refused with two algorithms of one identifier", async () => {
    const { owner } = await setUp();
    const algorithms = [stampAlgorithm(), stampAlgorithm()];
    await expect(Countersign.create(owner.client, { algorithms })).rejects.toMatchObject({
      code: "ERR_ALGORITHM_DUPLICATE",
    });
  });

  it("does nothing once it is closed", async () => {
    const { own, server, signer } = await setUp();
    const signature = await own.sign(signer);
    const before = server.seen.length;
    own.close();
    own.close();
    await expect(own.publish(signature)).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(own.fetch([alice])).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(assessOne(own)).rejects.toMatchObject({ code: "ERR_CLOSED" });
    expect(server.seen).toHaveLength(before);
  });

  it("ends on the caller's abort", async () => {
    const { others } = await setUp();
    await expect(others.fetch([alice], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});

describe("listeners", () => {
  it("that throw disturb nobody but themselves", async () => {
    const { others } = await setUp();
    const heard: string[] = [];
    others.on("assessment", () => {
      throw new Error("a listener's own");
    });
    others.on("assessment", ({ userId }) => heard.push(userId));
    await assessOne(others);
    expect(heard).toEqual([alice]);
  });
});

describe("other people's promises", () => {
  it("that never settle end with the instance", async () => {
    const never: SignatureAlgorithm = { id: "org.example.never", verify: () => new Promise(() => {}) };
    const { own, owner, server } = await setUp({ algorithms: [never] });
    const served = { ...owner.key.object, signatures: { [alice]: { "custom:org.example.never": "eA" } } };
    server.masterKeys.set(alice, served);
    const assessing = assessOne(own);
    setTimeout(() => own.close(), 5);
    await expect(assessing).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("that reject are said in this package's own words", async () => {
    const { own, owner } = await setUp();
    owner.client.getCrypto = () => {
      throw new Error("wasm is gone");
    };
    await expect(own.prepare({ algorithm: "org.example.stamp" })).rejects.toMatchObject({ code: "ERR_CLIENT_INVALID" });
  });
});

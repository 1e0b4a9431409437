import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { createHttp } from "../../src/matrix/http.js";
import { queryKeys } from "../../src/matrix/key-query.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { json, type SeenRequest, scriptedFetch } from "../support/scripted-fetch.js";

function setUp(answer: (asked: string[], request: SeenRequest) => Response, maxResponseBytes = 1 << 20) {
  const { fetch, seen } = scriptedFetch((request) =>
    answer(Object.keys((request.body as { device_keys: object }).device_keys), request),
  );
  const client = {
    getUserId: () => "@reader:example.org",
    getHomeserverUrl: () => "https://hs.example.org",
    getAccessToken: () => "token",
    getCrypto: () => undefined,
  };
  return { http: createHttp(client, { fetch, maxResponseBytes }, new AbortController().signal), seen };
}

describe("asking for master keys", () => {
  it("asks in batches of a hundred, each user once", async () => {
    const userIds = Array.from({ length: 250 }, (_, index) => `@user${index}:example.org`);
    const { http, seen } = setUp(() => json({ master_keys: {} }));
    const answer = await queryKeys(http, [...userIds, ...userIds]);
    expect(seen).toHaveLength(3);
    expect([...answer.keys()]).toEqual(userIds);
    expect(answer.get("@user7:example.org")).toEqual({ problem: "no-master-key" });
  });

  it("gives the master key with what hangs on it", async () => {
    const alice = await makeCrossSigningKey("@alice:example.org");
    const object = { ...alice.object, signatures: { [alice.userId]: { "custom:org.example.custom": "x" } } };
    const { http } = setUp(() => json({ master_keys: { [alice.userId]: object } }));
    const answer = (await queryKeys(http, [alice.userId])).get(alice.userId);
    expect(answer?.masterKey?.object).toEqual(object);
    expect(answer?.masterKey?.signable).toMatchObject({ purpose: "master-key", publicKey: alice.publicKey });
  });

  it("gives what is served as self-signing key beside it, whatever it is", async () => {
    const alice = await makeCrossSigningKey("@alice:example.org");
    const serve = (key: unknown) => json({ master_keys: { [alice.userId]: alice.object }, self_signing_keys: key });
    for (const served of [{ user_id: "@mallory:example.org" }, {}]) {
      const { http } = setUp(() => serve({ [alice.userId]: served }));
      expect((await queryKeys(http, [alice.userId])).get(alice.userId)?.selfSigningKey).toEqual(served);
    }
    for (const absent of [{}, { [alice.userId]: "key" }, { [alice.userId]: null }, [], "keys", undefined]) {
      const { http } = setUp(() => serve(absent));
      expect((await queryKeys(http, [alice.userId])).get(alice.userId)).not.toHaveProperty("selfSigningKey");
    }
  });

  it.each(["self_signing", "user_signing"])("refuses a %s key served as a master key", async (usage) => {
    const key = await makeCrossSigningKey("@alice:example.org", usage);
    const { http } = setUp(() => json({ master_keys: { [key.userId]: key.object } }));
    expect((await queryKeys(http, [key.userId])).get(key.userId)).toEqual({ problem: "malformed-master-key" });
  });

  it.each<[string, (good: JsonObject) => unknown]>([
    ["another user's key", (good) => ({ ...good, user_id: "@mallory:example.org" })],
    ["two usages", (good) => ({ ...good, usage: ["master", "self_signing"] })],
    ["two keys", (good) => ({ ...good, keys: { ...(good.keys as object), "ed25519:b": "b" } })],
    [
      "a key that is named otherwise",
      (good) => ({ ...good, keys: { "ed25519:AAAA": Object.values(good.keys as object)[0] } }),
    ],
    ["device keys in the clothes of a master key", (good) => ({ ...good, device_id: "D", algorithms: [] })],
    ["a float among the signed members", (good) => ({ ...good, extra: 1.5 })],
    ["text", () => "master"],
    ["null", () => null],
  ])("refuses %s", async (_what, spoil) => {
    const alice = await makeCrossSigningKey("@alice:example.org");
    const { http } = setUp(() => json({ master_keys: { [alice.userId]: spoil(alice.object) } }));
    expect((await queryKeys(http, [alice.userId])).get(alice.userId)).toEqual({ problem: "malformed-master-key" });
  });

  it("tells a server that is down from a user without a key", async () => {
    const { http } = setUp(() => json({ master_keys: {}, failures: { "down.example": {} } }));
    const answer = await queryKeys(http, ["@a:down.example", "@b:example.org"]);
    expect(answer.get("@a:down.example")).toEqual({ problem: "server-unreachable" });
    expect(answer.get("@b:example.org")).toEqual({ problem: "no-master-key" });
  });

  it("asks nobody about what is no user ID", async () => {
    const { http, seen } = setUp(() => json({ master_keys: {} }));
    const answer = await queryKeys(http, ["__proto__", "constructor", "", "@no-server", `@${"a".repeat(600)}:x`]);
    expect([...answer.values()]).toEqual(Array(5).fill({ problem: "malformed-user-id" }));
    expect(seen).toEqual([]);
  });

  it("does not let one user's flood of keys hide the others", async () => {
    const alice = await makeCrossSigningKey("@alice:example.org");
    const flood = "x".repeat(20_000);
    const { http } = setUp((asked) => {
      const answers = asked.map((userId) => [userId, userId === alice.userId ? alice.object : {}]);
      const master_keys = Object.fromEntries(answers);
      return json(asked.includes("@flood:example.org") ? { master_keys, flood } : { master_keys });
    }, 10_000);
    const answer = await queryKeys(http, [
      "@flood:example.org",
      ...Array.from({ length: 9 }, (_, i) => `@u${i}:example.org`),
      alice.userId,
    ]);
    expect(answer.get(alice.userId)?.masterKey?.signable.publicKey).toBe(alice.publicKey);
    expect(answer.get("@flood:example.org")).toEqual({ problem: "malformed-master-key" });
  });
});

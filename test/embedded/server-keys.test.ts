import { describe, expect, it } from "vitest";
import type { ServerKeyKind, ServerKeySet } from "../../src/model/server-keys/server-key-set.js";
import { verifyServerKeys } from "../../src/model/server-keys/verify-server-keys.js";
import { verifyServerSigned } from "../../src/model/server-keys/verify-server-signed.js";
import { type Body, makeSigningKey } from "../support/homeserver-account.js";
import {
  day,
  makeServer,
  now,
  roomEvent,
  serverAnswer,
  serverName,
  serverRequest,
  signedByServer,
} from "../support/server-keys.js";

const { keys, answers } = makeServer();
const [first, second] = [makeSigningKey(), makeSigningKey()];

const judge = (answer: unknown, kind: ServerKeyKind = "scoped", at = now) =>
  verifyServerKeys(answer, { serverName, kind, now: at });

async function keySet(kind: ServerKeyKind, answer: Body = answers[kind], at = now): Promise<ServerKeySet> {
  const verdict = await judge(answer, kind, at);
  if (verdict.status !== "valid") throw new Error(verdict.code);
  return verdict.keys;
}

describe("verifyServerKeys", () => {
  it("reads the keys of both lists", async () => {
    expect(await judge(answers["all-purpose"], "all-purpose")).toEqual({
      status: "valid",
      code: "valid",
      keys: {
        serverName,
        kind: "all-purpose",
        validUntil: now + day,
        keys: new Map([
          ["ed25519:auto", { keyId: "ed25519:auto", publicKey: keys.all.publicKey }],
          ["ed25519:old", { keyId: "ed25519:old", publicKey: keys.old.publicKey, expiredAt: now - day }],
        ]),
      },
    });
    const scoped = await keySet("scoped");
    expect([...scoped.keys.values()].map(({ keyId, scope }) => [keyId, scope])).toEqual([
      ["ed25519:auto", ["m.events"]],
      ["ed25519:media", ["m.requests", "org.example.unknown"]],
      ["ed25519:old", ["m.events"]],
    ]);
  });

  it("believes no server for more than seven days", async () => {
    const current = { "ed25519:a": { key: first } };
    const valid_until_ts = now + 8 * day;
    expect((await keySet("all-purpose", serverAnswer({ current, members: { valid_until_ts } }))).validUntil).toBe(
      now + 7 * day,
    );
  });

  it("leaves out a current key that did not sign, and keeps the others", async () => {
    const answer = serverAnswer({
      current: { "ed25519:a": { key: first, scope: [] }, "ed25519:b": { key: second, scope: [], signs: false } },
    });
    expect([...(await keySet("scoped", answer)).keys.keys()]).toEqual(["ed25519:a"]);
    // A bad signature is none.
    answer.signatures[serverName]["ed25519:b"] = answer.signatures[serverName]["ed25519:a"];
    expect([...(await keySet("scoped", answer)).keys.keys()]).toEqual(["ed25519:a"]);
  });

  it("leaves out keys of other algorithms and with IDs outside the grammar", async () => {
    const current = { "ed25519:a": { key: first }, "ed448:b": { key: second }, "ed25519:b-c": { key: second } };
    expect([...(await keySet("all-purpose", serverAnswer({ current }))).keys.keys()]).toEqual(["ed25519:a"]);
  });

  const current = { "ed25519:a": { key: first, scope: ["m.events"] } };
  const many = Object.fromEntries(
    Array.from({ length: 65 }, (_, index) => [`ed25519:k${index}`, { key: second, scope: [] }]),
  );
  it.each<[string, unknown, string]>([
    ["text", "answer", "malformed"],
    ["null", null, "malformed"],
    ["a list", [], "malformed"],
    ["a float", serverAnswer({ current }).valid_until_ts && { ...serverAnswer({ current }), n: 1.5 }, "malformed"],
    ["no key list", serverAnswer({ members: { verify_keys: [] } }), "malformed"],
    ["no validity", serverAnswer({ current, members: { valid_until_ts: "soon" } }), "malformed"],
    ["negative validity", serverAnswer({ current, members: { valid_until_ts: -1 } }), "malformed"],
    [
      "a scope that is no list",
      serverAnswer({ current: { "ed25519:a": { key: first, scope: "m.events" } } }),
      "malformed",
    ],
    ["a scope of numbers", serverAnswer({ current: { "ed25519:a": { key: first, scope: [1] } } }), "malformed"],
    [
      "a key that is none",
      serverAnswer({ current, members: { verify_keys: { "ed25519:a": { key: "AA", scope: [] } } } }),
      "malformed",
    ],
    [
      "an old key without its end",
      serverAnswer({ current, old: { "ed25519:b": { key: second, scope: [] } } }),
      "malformed",
    ],
    [
      "a key both current and old",
      serverAnswer({ current, old: { "ed25519:a": { key: second, scope: [], expired_ts: 1 } } }),
      "malformed",
    ],
    ["another server's", serverAnswer({ current, members: { server_name: "example.org:8448" } }), "wrong-server"],
    ["no server's", serverAnswer({ current, members: { server_name: [serverName] } }), "wrong-server"],
    ["no keys", serverAnswer({}), "unproven"],
    ["changed after it was signed", { ...serverAnswer({ current }), valid_until_ts: now + 2 * day }, "unproven"],
    [
      "signed as another server",
      { ...serverAnswer({ current }), signatures: { "example.net": serverAnswer({ current }).signatures[serverName] } },
      "unproven",
    ],
    ["65 keys", serverAnswer({ current: many }), "too-large"],
    ["65 KiB", serverAnswer({ current, members: { padding: "x".repeat(65 * 1024) } }), "too-large"],
  ])("refuses %s", async (_name, answer, code) => {
    expect(await judge(answer)).toEqual({ status: "invalid", code });
  });
});

describe("verifyServerSigned", () => {
  const event = roomEvent();

  it.each<[ServerKeyKind, "events" | "requests", keyof typeof keys, string]>([
    ["all-purpose", "events", "all", "ed25519:auto"],
    ["all-purpose", "requests", "all", "ed25519:auto"],
    ["scoped", "events", "events", "ed25519:auto"],
    ["scoped", "requests", "media", "ed25519:media"],
  ])("takes a signature in scope: %s, %s", async (kind, purpose, name, keyId) => {
    const signed = signedByServer(purpose === "events" ? event : serverRequest, { [keyId]: keys[name] });
    const set = await keySet(kind);
    expect(await verifyServerSigned(signed, serverName, purpose, set, { kind, now })).toEqual({
      status: "valid",
      code: "valid",
      keyId,
    });
    const changed = { ...signed, unsigned: {}, added: 1 };
    expect(await verifyServerSigned(changed, serverName, purpose, set, { kind, now })).toMatchObject({
      code: "bad-signature",
    });
  });

  it("takes one good signature beside others that a relay added", async () => {
    const signed = signedByServer(event, { "ed25519:auto": keys.events, "ed25519:media": keys.events });
    signed.signatures[serverName]["ed25519:junk"] = "AAAA";
    const set = await keySet("scoped");
    expect(await verifyServerSigned(signed, serverName, "events", set, { kind: "scoped", now })).toMatchObject({
      status: "valid",
      keyId: "ed25519:auto",
    });
  });

  const old = { "ed25519:old": keys.old };
  const fresh = { "ed25519:auto": keys.events };
  it.each<[string, Body, number, number | undefined, string, string]>([
    [
      "an old key, made and seen in time",
      signedByServer(roomEvent(now - 2 * day), old),
      now,
      now - 2 * day,
      "valid",
      "valid",
    ],
    [
      "an old key, in time by its own word alone",
      signedByServer(roomEvent(now - 2 * day), old),
      now,
      undefined,
      "indeterminate",
      "time-unproven",
    ],
    ["an old key, made too late", signedByServer(roomEvent(now), old), now, now - 2 * day, "invalid", "key-expired"],
    ["a set too old, seen in time", signedByServer(event, fresh), now + 3 * day, now, "valid", "valid"],
    ["a clock of the caller's that runs ahead", signedByServer(event, fresh), now, now + 3 * day, "valid", "valid"],
    ["a set too old", signedByServer(event, fresh), now + 3 * day, undefined, "indeterminate", "keys-stale"],
    [
      "made after the set ends",
      signedByServer(roomEvent(now + 3 * day), fresh),
      now,
      undefined,
      "indeterminate",
      "keys-stale",
    ],
    ["a clock that tells no time", signedByServer(event, fresh), Number.NaN, undefined, "indeterminate", "keys-stale"],
    [
      "a key that the set lacks",
      signedByServer(event, { "ed25519:new": second }),
      now,
      undefined,
      "indeterminate",
      "unknown-key",
    ],
    [
      "no signature of this server's",
      signedByServer(event, fresh, "example.net"),
      now,
      undefined,
      "invalid",
      "not-signed",
    ],
  ])("judges %s", async (_name, signed, at, seenAt, status, code) => {
    const expected = { kind: "scoped" as const, now: at, ...(seenAt !== undefined && { seenAt }) };
    expect(await verifyServerSigned(signed, serverName, "events", await keySet("scoped"), expected)).toMatchObject({
      status,
      code,
    });
  });

  it("never takes a request under an old key", async () => {
    const set = await keySet("all-purpose");
    const signed = signedByServer(serverRequest, old);
    expect(
      await verifyServerSigned(signed, serverName, "requests", set, { kind: "all-purpose", now, seenAt: 0 }),
    ).toMatchObject({ code: "key-expired" });
  });

  it.each([null, [], "event", {}, { signatures: 1 }, { type: "m.room.message" }, { ...event, n: 0.5 }])(
    "calls %j no event",
    async (object) => {
      const set = await keySet("scoped");
      expect(await verifyServerSigned(object, serverName, "events", set, { kind: "scoped", now })).toEqual({
        status: "invalid",
        code: "wrong-object",
      });
    },
  );
});

import { expect, it } from "vitest";
import { verifyServerKeys } from "../../src/model/server-keys/verify-server-keys.js";
import { verifyServerSigned } from "../../src/model/server-keys/verify-server-signed.js";
import { makeServer, now, roomEvent, serverAnswer, serverName, signedByServer } from "../support/server-keys.js";

/** A scoped key has the ID of an all-purpose one, and somebody serves one list in the other's place. */
const { keys, answers } = makeServer();
const kinds = ["all-purpose", "scoped"] as const;

it("refuses each list in the place of the other, whole", async () => {
  for (const kind of kinds) {
    const other = kind === "scoped" ? "all-purpose" : "scoped";
    expect(await verifyServerKeys(answers[kind], { serverName, kind: other, now })).toEqual({
      status: "invalid",
      code: "wrong-kind",
    });
  }
});

it.each([
  [
    "a current key",
    { current: { "ed25519:a": { key: keys.all }, "ed25519:b": { key: keys.media, scope: ["m.events"] } } },
  ],
  [
    "an old key",
    { current: { "ed25519:a": { key: keys.all } }, old: { "ed25519:b": { key: keys.old, scope: [], expired_ts: 1 } } },
  ],
  [
    "a key of another algorithm",
    { current: { "ed25519:a": { key: keys.all }, "ed448:b": { key: keys.media, scope: [] } } },
  ],
])("refuses a list in which %s alone has a scope, as either", async (_name, parts) => {
  for (const kind of kinds) {
    expect(await verifyServerKeys(serverAnswer(parts), { serverName, kind, now })).toMatchObject({
      code: "wrong-kind",
    });
  }
});

it("refuses an answer whose scopes were taken out after it was signed", async () => {
  const stripped = structuredClone(answers.scoped);
  for (const list of ["verify_keys", "old_verify_keys"]) {
    for (const key of Object.values<{ scope?: unknown }>(stripped[list])) delete key.scope;
  }
  expect(await verifyServerKeys(stripped, { serverName, kind: "all-purpose", now })).toMatchObject({
    code: "unproven",
  });
});

it("refuses a set of one kind where the other is asked for, and a key under the ID that it has in the other list", async () => {
  const event = roomEvent();
  const signed = {
    "all-purpose": signedByServer(event, { "ed25519:auto": keys.all }),
    scoped: signedByServer(event, { "ed25519:auto": keys.events }),
  };
  for (const kind of kinds) {
    const verdict = await verifyServerKeys(answers[kind], { serverName, kind, now });
    if (verdict.status !== "valid") throw new Error(verdict.code);
    const judge = (object: object, asked: (typeof kinds)[number]) =>
      verifyServerSigned(object, serverName, "events", verdict.keys, { kind: asked, now });
    const other = kind === "scoped" ? "all-purpose" : "scoped";
    expect(await judge(signed[kind], kind)).toMatchObject({ status: "valid" });
    expect(await judge(signed[kind], other)).toMatchObject({ status: "invalid", code: "wrong-keys" });
    expect(await judge(signed[other], kind)).toMatchObject({ status: "invalid", code: "bad-signature" });
  }
});

it("refuses the keys of another server", async () => {
  const verdict = await verifyServerKeys(answers.scoped, { serverName, kind: "scoped", now });
  if (verdict.status !== "valid") throw new Error(verdict.code);
  const signed = signedByServer(roomEvent(), { "ed25519:auto": keys.events }, "example.net");
  expect(
    await verifyServerSigned(signed, "example.net", "events", verdict.keys, { kind: "scoped", now }),
  ).toMatchObject({ code: "wrong-keys" });
});

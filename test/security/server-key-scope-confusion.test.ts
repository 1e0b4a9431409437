import { expect, it } from "vitest";
import { verifyServerKeys } from "../../src/model/server-keys/verify-server-keys.js";
import { verifyServerSigned } from "../../src/model/server-keys/verify-server-signed.js";
import { makeSigningKey } from "../support/homeserver-account.js";
import {
  makeServer,
  now,
  roomEvent,
  serverAnswer,
  serverName,
  serverRequest,
  signedByServer,
} from "../support/server-keys.js";

/** Somebody holds the key of the media service, which may sign requests alone, and wants to sign an event. */
const { keys, answers } = makeServer();
const event = roomEvent();

async function scopedKeys(answer: unknown = answers.scoped) {
  const verdict = await verifyServerKeys(answer, { serverName, kind: "scoped", now });
  if (verdict.status !== "valid") throw new Error(verdict.code);
  return verdict.keys;
}

async function judge(object: object, purpose: "events" | "requests", answer?: unknown) {
  return verifyServerSigned(object, serverName, purpose, await scopedKeys(answer), { kind: "scoped", now });
}

it("refuses an event signed with a key for requests, and a request signed with a key for events", async () => {
  expect(await judge(signedByServer(event, { "ed25519:media": keys.media }), "events")).toMatchObject({
    status: "invalid",
    code: "wrong-scope",
  });
  expect(await judge(signedByServer(serverRequest, { "ed25519:auto": keys.events }), "requests")).toMatchObject({
    code: "wrong-scope",
  });
});

it("refuses a signature by the media key under the name of the key for events", async () => {
  expect(await judge(signedByServer(event, { "ed25519:auto": keys.media }), "events")).toMatchObject({
    code: "bad-signature",
  });
});

it.each([[], ["m.Events"], ["m.events "], ["m.events.member"], ["M.EVENTS"], ["*"], ["m.*"], ["org.example.m.events"]])(
  "grants nothing for the scope %j",
  async (...scope) => {
    const answer = serverAnswer({ current: { "ed25519:a": { key: keys.media, scope: scope.flat() } } });
    expect(await judge(signedByServer(event, { "ed25519:a": keys.media }), "events", answer)).toMatchObject({
      code: "wrong-scope",
    });
  },
);

it("refuses an answer to which a scope was added after it was signed", async () => {
  const widened = structuredClone(answers.scoped);
  widened.verify_keys["ed25519:media"].scope.push("m.events");
  expect(await verifyServerKeys(widened, { serverName, kind: "scoped", now })).toMatchObject({ code: "unproven" });
});

it("refuses a request that is passed for an event, an event passed for a request, and a list of keys passed for either", async () => {
  const both = signedByServer({ ...event, ...serverRequest }, { "ed25519:both": keys.all });
  const answer = serverAnswer({ current: { "ed25519:both": { key: keys.all, scope: ["m.events", "m.requests"] } } });
  const sign = (object: object) => signedByServer(object, { "ed25519:both": keys.all });
  for (const [object, purpose] of [
    [sign(serverRequest), "events"],
    [sign(event), "requests"],
    [both, "events"],
    [both, "requests"],
    [answer, "events"],
    [answer, "requests"],
    [sign({ ...serverRequest, origin: "example.net" }), "requests"],
  ] as const) {
    expect(await judge(object, purpose, answer)).toMatchObject({ code: "wrong-object" });
  }
});

it("takes a scope away with the answer that no longer lists it, and not with an older one", async () => {
  const key = makeSigningKey();
  const answerWith = (scope: string[]) => serverAnswer({ current: { "ed25519:a": { key, scope } } });
  const [before, after] = [answerWith(["m.events", "m.requests"]), answerWith(["m.requests"])];
  const signed = signedByServer(event, { "ed25519:a": key });
  expect(await judge(signed, "events", after)).toMatchObject({ code: "wrong-scope" });
  // What was seen while the key had the scope stays provable by the answer of that time, and by no later one.
  const kept = await scopedKeys(before);
  const later = kept.validUntil + 1;
  const judgeLater = (seenAt?: number) =>
    verifyServerSigned(signed, serverName, "events", kept, { kind: "scoped", now: later, ...(seenAt && { seenAt }) });
  expect(await judgeLater(now)).toMatchObject({ status: "valid" });
  expect(await judgeLater()).toMatchObject({ status: "indeterminate", code: "keys-stale" });
});

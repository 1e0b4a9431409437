import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProfileName } from "../../examples/homeserver/profiles.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { publishByReupload } from "../../src/matrix/routes/bootstrap.js";
import { type ReuploadStage, setReuploadStage } from "../support/reupload.js";

const stages: ReuploadStage[] = [];
afterEach(() => Promise.all(stages.splice(0).map(({ server }) => server.close())));

async function setUp(profile: ProfileName, fetchFn?: typeof fetch): Promise<ReuploadStage> {
  const stage = await setReuploadStage(profile, fetchFn ? { fetch: fetchFn } : {});
  stages.push(stage);
  return stage;
}

const password = async (): Promise<JsonObject> => ({
  type: "m.login.password",
  identifier: { type: "m.id.user", user: "owner" },
  password: "password",
});

/** Bodies of what was sent to an endpoint, and the requests as they go on. */
function listeningFetch(endpoint: string): { fetch: typeof fetch; bodies: JsonObject[] } {
  const bodies: JsonObject[] = [];
  const listening: typeof fetch = async (input, init) => {
    if (String(input).endsWith(endpoint)) bodies.push(JSON.parse(String(init?.body)) as JsonObject);
    return fetch(input, init);
  };
  return { fetch: listening, bodies };
}

const uploads = "/keys/device_signing/upload";

describe.each<ProfileName>(["msc2961", "dendrite", "continuwuity", "tuwunel", "silent-drop"])(
  "uploading a master key again on a server like %s",
  (profile) => {
    it("adds the signature for everybody and keeps those that were there", async () => {
      const { owner, reader, signature, masterKey, context, signaturesSeenBy } = await setUp(profile);
      const before = await signaturesSeenBy(reader);
      expect(Object.keys(before)).toHaveLength(1);
      const outcome = await publishByReupload(signature, masterKey, password, context);
      expect(outcome).toEqual({ accepted: true, stored: true });
      for (const account of [owner, reader]) {
        expect(await signaturesSeenBy(account)).toEqual({ ...before, [signature.keyId]: signature.value });
      }
    });

    it("leaves the other two keys as they are", async () => {
      const { owner, keys, signature, masterKey, context } = await setUp(profile);
      await publishByReupload(signature, masterKey, password, context);
      const { body } = await owner.post("/v3/keys/query", { device_keys: { [owner.userId]: [] } });
      expect(body.self_signing_keys[owner.userId]).toEqual(keys.self_signing_key);
      expect(body.user_signing_keys[owner.userId]).toEqual(keys.user_signing_key);
    });
  },
);

it("carries along what others signed, where the server shows it", async () => {
  const { fetch: listening, bodies } = listeningFetch(uploads);
  const bobs = { "@bob:localhost": { "ed25519:bob": "Ym9i" } };
  const { signature, masterKey, context } = await setUp("continuwuity", async (input, init) => {
    const answer = await listening(input, init);
    if (!String(input).endsWith("/keys/query")) return answer;
    const body = (await answer.json()) as { master_keys: Record<string, { signatures: object }> };
    for (const key of Object.values(body.master_keys)) Object.assign(key.signatures, bobs);
    return Response.json(body);
  });
  await publishByReupload(signature, masterKey, password, context);
  expect(bodies.at(-1)).toMatchObject({ master_key: { signatures: bobs } });
});

it("sends nothing where the key carries the signature already", async () => {
  const { fetch: listening, bodies } = listeningFetch(uploads);
  const { signature, masterKey, context } = await setUp("continuwuity", listening);
  await publishByReupload(signature, masterKey, password, context);
  const sent = bodies.length;
  const outcome = await publishByReupload(signature, masterKey, password, context);
  expect(outcome).toEqual({ accepted: true, stored: true, remarks: ["already-there"] });
  expect(bodies).toHaveLength(sent);
});

it("puts a renewed signature in the place of the old one under its key ID", async () => {
  const { reader, signature, masterKey, context, signaturesSeenBy } = await setUp("continuwuity");
  await publishByReupload(signature, masterKey, password, context);
  const renewed = { ...signature, value: "cmVuZXdlZA" };
  expect(await publishByReupload(renewed, masterKey, password, context)).toEqual({ accepted: true, stored: true });
  expect(await signaturesSeenBy(reader)).toMatchObject({ [signature.keyId]: renewed.value });
});

it("shows the caller what the server asks, names the session itself, and asks again after a wrong password", async () => {
  const { fetch: listening, bodies } = listeningFetch(uploads);
  const { signature, masterKey, context } = await setUp("continuwuity", listening);
  const asked: JsonObject[] = [];
  const outcome = await publishByReupload(
    signature,
    masterKey,
    async (challenge) => {
      asked.push(challenge);
      return { ...(await password()), ...(asked.length === 1 && { password: "wrong" }) };
    },
    context,
  );
  expect(outcome.stored).toBe(true);
  expect(asked).toMatchObject([
    { flows: [{ stages: ["m.login.password"] }], session: expect.any(String) },
    { flows: [{ stages: ["m.login.password"] }], errcode: "M_FORBIDDEN" },
  ]);
  expect(bodies.map(({ auth }) => (auth as JsonObject | undefined)?.session)).toEqual([
    undefined,
    asked[0]?.session,
    asked[1]?.session,
  ]);
});

it("gives up on a server that asks for ever", async () => {
  const { signature, masterKey, context } = await setUp("continuwuity");
  const authenticate = vi.fn(async () => ({ ...(await password()), password: "wrong" }));
  await expect(publishByReupload(signature, masterKey, authenticate, context)).rejects.toMatchObject({
    code: "ERR_PUBLISH_FAILED",
  });
  expect(authenticate).toHaveBeenCalledTimes(5);
});

it("sends nothing more once the caller declines", async () => {
  const { fetch: listening, bodies } = listeningFetch(uploads);
  const { reader, signature, masterKey, context, signaturesSeenBy } = await setUp("continuwuity", listening);
  const declined = new Error("closed the dialogue");
  const declining = publishByReupload(signature, masterKey, () => Promise.reject(declined), context);
  await expect(declining).rejects.toMatchObject({ code: "ERR_PUBLISH_FAILED", cause: declined });
  await expect(publishByReupload(signature, masterKey, undefined, context)).rejects.toMatchObject({
    code: "ERR_PUBLISH_FAILED",
  });
  const nothing = async (): Promise<never> => undefined as never;
  await expect(publishByReupload(signature, masterKey, nothing, context)).rejects.toMatchObject({
    code: "ERR_PUBLISH_FAILED",
  });
  expect(bodies.map(({ auth }) => auth)).toEqual([undefined, undefined, undefined]);
  expect(await signaturesSeenBy(reader)).not.toHaveProperty(signature.keyId);
});

it("ends with the caller's signal while the user is asked", async () => {
  const { signature, masterKey, context } = await setUp("continuwuity");
  const ended = new AbortController();
  const authenticate = (): Promise<never> => {
    ended.abort();
    return new Promise(() => {});
  };
  await expect(
    publishByReupload(signature, masterKey, authenticate, { ...context, signal: ended.signal }),
  ).rejects.toMatchObject({ code: "ERR_ABORTED" });
});

it.each([
  ["an expired access token", { errcode: "M_UNKNOWN_TOKEN", flows: [], session: "s" }, "ERR_HTTP_TOKEN"],
  ["a refusal", { errcode: "M_FORBIDDEN" }, "ERR_HTTP_STATUS"],
  ["a page", "<html>", "ERR_HTTP_STATUS"],
])("takes %s for what it is, and not for a question to the user", async (_what, body, code) => {
  const { signature, masterKey, context } = await setUp("continuwuity", async (input, init) =>
    String(input).endsWith(uploads) ? Response.json(body, { status: 401 }) : fetch(input, init),
  );
  const authenticate = vi.fn(password);
  await expect(publishByReupload(signature, masterKey, authenticate, context)).rejects.toMatchObject({ code });
  expect(authenticate).not.toHaveBeenCalled();
});

it("is refused by a server like Synapse, and loses nothing", async () => {
  const { reader, signature, masterKey, context, signaturesSeenBy } = await setUp("synapse-1.161");
  const before = await signaturesSeenBy(reader);
  await expect(publishByReupload(signature, masterKey, password, context)).rejects.toMatchObject({ status: 500 });
  expect(await signaturesSeenBy(reader)).toEqual(before);
});

it("does not call stored what a server took and forgot", async () => {
  const { signature, masterKey, context } = await setUp("continuwuity", async (input, init) =>
    String(input).endsWith(uploads) ? Response.json({}) : fetch(input, init),
  );
  expect(await publishByReupload(signature, masterKey, password, context)).toMatchObject({
    accepted: true,
    stored: false,
    error: { code: "ERR_PUBLISH_FAILED" },
  });
});

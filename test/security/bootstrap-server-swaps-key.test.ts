import { afterEach, expect, it } from "vitest";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { publishByReupload } from "../../src/matrix/routes/bootstrap.js";
import { makeCrossSigningKeys } from "../support/homeserver-account.js";
import { type ReuploadStage, setReuploadStage } from "../support/reupload.js";

const stages: ReuploadStage[] = [];
afterEach(() => Promise.all(stages.splice(0).map(({ server }) => server.close())));

type Served = { master_keys: Record<string, JsonObject> };

/** A server that changes the owner's master key in its answers, from the nth answer on. */
async function swapping(from: number, change: (key: JsonObject) => JsonObject) {
  const uploaded: JsonObject[] = [];
  let answers = 0;
  const stage = await setReuploadStage("continuwuity", {
    fetch: async (input, init) => {
      if (String(input).endsWith("/device_signing/upload")) uploaded.push(JSON.parse(String(init?.body)) as JsonObject);
      const answer = await fetch(input, init);
      if (!String(input).endsWith("/keys/query")) return answer;
      answers += 1;
      const body = (await answer.json()) as Served;
      if (answers < from) return Response.json(body);
      const swapped = Object.entries(body.master_keys).map(([userId, key]) => [userId, change(key)]);
      return Response.json({ ...body, master_keys: Object.fromEntries(swapped) });
    },
  });
  stages.push(stage);
  return { ...stage, uploaded };
}

const password = async (): Promise<JsonObject> => ({
  type: "m.login.password",
  identifier: { type: "m.id.user", user: "owner" },
  password: "password",
});

it("a master key that the server swaps in just before is never uploaded, and nobody is asked for a password", async () => {
  const { master_key: object } = makeCrossSigningKeys("@owner:localhost").body;
  const { signature, masterKey, context, uploaded } = await swapping(1, () => object);
  const never = (): never => expect.unreachable();
  await expect(publishByReupload(signature, masterKey, never, context)).rejects.toMatchObject({
    code: "ERR_OWN_IDENTITY_DIFFERS",
  });
  expect(uploaded).toEqual([]);
});

it("a member that the server adds to the master key does not go up in the owner's name", async () => {
  const { signature, masterKey, context, uploaded } = await swapping(1, (key) => ({ ...key, note: "x" }));
  await expect(publishByReupload(signature, masterKey, password, context)).rejects.toMatchObject({
    code: "ERR_OWN_IDENTITY_DIFFERS",
  });
  expect(uploaded).toEqual([]);
});

it("a master key that is swapped in for the read-back proves nothing", async () => {
  const { master_key: object } = makeCrossSigningKeys("@owner:localhost").body;
  const { signature, masterKey, context } = await swapping(2, (key) => ({ ...object, signatures: key.signatures }));
  await expect(publishByReupload(signature, masterKey, password, context)).rejects.toMatchObject({
    code: "ERR_OWN_IDENTITY_DIFFERS",
  });
});

it("a server that loses another signature on the way is found out", async () => {
  const { signature, masterKey, context } = await swapping(2, (key) => {
    const own = (key.signatures as Record<string, JsonObject>)["@owner:localhost"] ?? {};
    const kept = Object.entries(own).filter(([keyId]) => keyId.startsWith("custom:"));
    return { ...key, signatures: { "@owner:localhost": Object.fromEntries(kept) } };
  });
  expect(await publishByReupload(signature, masterKey, password, context)).toMatchObject({
    accepted: true,
    stored: false,
    error: { code: "ERR_PUBLISH_FAILED" },
  });
});

it("names of the language among signers and key IDs are names like any other", async () => {
  const planted = JSON.parse('{"__proto__":{"toString":"eA"},"constructor":{"__proto__":"eA"}}') as JsonObject;
  const { signature, masterKey, context, uploaded } = await swapping(1, (key) => ({
    ...key,
    signatures: Object.fromEntries([...Object.entries(key.signatures as object), ...Object.entries(planted)]),
  }));
  // Refused, for key IDs without a colon; what matters is what was sent.
  await publishByReupload(signature, masterKey, password, context).catch(() => {});
  const sent = JSON.stringify(uploaded.at(-1)?.master_key);
  expect(sent).toContain('"__proto__":{"toString":"eA"}');
  expect(sent).toContain('"constructor":{"__proto__":"eA"}');
});

it("what the server asks, and what the user answers, is in no error", async () => {
  const { signature, masterKey, context } = await swapping(99, (key) => key);
  const wrong = async (): Promise<JsonObject> => ({ ...(await password()), password: "hunter2-secret" });
  const error: unknown = await publishByReupload(signature, masterKey, wrong, context).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(Error);
  const told = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
  expect(told).not.toMatch(/hunter2|session|m\.login/);
});

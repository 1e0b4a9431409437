import { afterEach, expect, it, vi } from "vitest";
import { setUploadStage, uploadUrl } from "../support/key-uploads.js";

const secrets = /secret-token|hunter2|session-1/;
const auth = { type: "m.login.password", password: "hunter2", session: "session-1" };

afterEach(() => vi.restoreAllMocks());

/** All that an error says, down to its first cause. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = JSON.stringify(error, Object.getOwnPropertyNames(error));
  return `${error.stack} ${own} ${textOf(error.cause)}`;
}

it("who signs is shown the key and nothing of the request that carries it", async () => {
  const { upload, keys, asked } = await setUploadStage();
  await upload({ ...keys.body, auth });
  expect(JSON.stringify(asked)).not.toMatch(secrets);
});

it.each([
  ["rejects", () => Promise.reject(new Error("no card"))],
  ["gives nonsense", async () => "nonsense"],
  ["gives no text", async () => 7 as unknown as string],
])("token and password are in no error and no log where sign %s", async (_what, sign) => {
  const logs = (["log", "info", "warn", "error", "debug"] as const).map((name) => vi.spyOn(console, name));
  const { upload, keys, sent } = await setUploadStage({ sign });
  const error: unknown = await upload({ ...keys.body, auth }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(Error);
  expect(textOf(error)).not.toMatch(secrets);
  expect(sent).toEqual([]);
  for (const log of logs) expect(log).not.toHaveBeenCalled();
});

it("token and password are in no error where the body cannot be signed or read", async () => {
  const { upload, wrapped, sent } = await setUploadStage();
  const error: unknown = await upload({ master_key: { user_id: "@x:y" }, auth }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "ERR_OBJECT_SHAPE" });
  expect(textOf(error)).not.toMatch(secrets);
  const body = `{"auth":${JSON.stringify(auth)},"master_key":`;
  await wrapped(uploadUrl, { method: "POST", body });
  expect(sent.map(({ init }) => init?.body)).toEqual([body]);
});

it("token and password go where they would have gone without it, and once", async () => {
  const { upload, keys, sent } = await setUploadStage();
  await upload({ ...keys.body, auth });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.init?.headers).toEqual({ Authorization: "Bearer secret-token", "Content-Type": "application/json" });
});

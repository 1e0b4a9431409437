import { describe, expect, it, vi } from "vitest";
import { signFirstUpload } from "../../src/client/bootstrap/sign-first-upload.js";
import type { OwnSignature } from "../../src/client/owner/own-signature.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { readSignable } from "../../src/model/signable.js";
import { makeCrossSigningKeys } from "../support/homeserver-account.js";
import { masterKeySignatures, setUploadStage, uploadUrl, userId } from "../support/key-uploads.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const external = (body: JsonObject): string[] =>
  Object.keys(masterKeySignatures(body)).filter((keyId) => keyId.startsWith("custom:"));

describe("a first upload of cross-signing keys", () => {
  it("carries a signature that verifies, beside what was there, and all else word for word", async () => {
    const { upload, keys, lastBody, asked } = await setUploadStage();
    const before = { [userId]: { "ed25519:DEVICE": "ZGV2aWNl" }, "@other:example.org": { "ed25519:x": "eA" } };
    const body = { ...keys.body, master_key: { ...keys.body.master_key, signatures: before }, auth: { session: "s" } };
    await upload(body);
    const [keyId = "", value] = Object.entries(masterKeySignatures(lastBody())).at(-1) ?? [];
    const signed = { ...before, [userId]: { ...before[userId], [keyId]: value } };
    expect(lastBody()).toEqual({ ...body, master_key: { ...body.master_key, signatures: signed } });
    const object = readSignable(keys.body.master_key, userId);
    const key = keyId.slice("custom:org.example.stamp:".length);
    const verdict = await stampAlgorithm().verify({ object, key, value: String(value), now: Date.now() });
    expect(verdict.status).toBe("valid");
    expect(asked).toMatchObject([{ userId, masterKey: keys.master.publicKey, bytes: object.bytes }]);
  });

  it("keeps address, method and headers", async () => {
    const { upload, keys, sent } = await setUploadStage();
    const headers = { Authorization: "Bearer secret-token", "X-Other": "x" };
    await upload(keys.body, { headers });
    expect(String(sent[0]?.input)).toBe(uploadUrl);
    expect(sent[0]?.init).toMatchObject({ method: "POST", headers });
  });

  it.each([
    "https://hs.example.org/_matrix/client/r0/keys/device_signing/upload",
    "https://hs.example.org/_matrix/client/unstable/keys/device_signing/upload/",
    "https://example.org/behind/a/path/_matrix/client/v3/keys/device_signing/upload?user_id=x",
    "/_matrix/client/v3/keys/device_signing/upload",
  ])("is one at %s too", async (address) => {
    const { wrapped, keys, lastBody } = await setUploadStage();
    await wrapped(address, { method: "post", body: JSON.stringify(keys.body) });
    expect(external(lastBody())).toHaveLength(1);
  });

  it.each<[string, (text: string) => [RequestInfo | URL, RequestInit?]]>([
    ["a Request", (body) => [new Request(uploadUrl, { method: "POST", body, headers: { "X-Other": "x" } })]],
    ["a Blob", (body) => [uploadUrl, { method: "POST", body: new Blob([body]), headers: { "X-Other": "x" } }]],
    [
      "bytes",
      (body) => [uploadUrl, { method: "POST", body: new TextEncoder().encode(body), headers: { "X-Other": "x" } }],
    ],
  ])("may come as %s", async (_kind, request) => {
    const { wrapped, keys, sent } = await setUploadStage();
    await wrapped(...request(JSON.stringify(keys.body)));
    const { input = "", init } = sent[0] ?? {};
    const made = new Request(input, init);
    expect(made).toMatchObject({ method: "POST", url: uploadUrl });
    expect(made.headers.get("X-Other")).toBe("x");
    expect(external((await made.json()) as JsonObject)).toHaveLength(1);
  });

  it("is signed once, however often the server asks for a password", async () => {
    const { upload, keys, lastBody, asked, sent } = await setUploadStage();
    await upload(keys.body);
    await upload({ ...keys.body, auth: { type: "m.login.password", password: "p" } });
    expect(asked).toHaveLength(1);
    expect(sent).toHaveLength(2);
    expect(lastBody().auth).toEqual({ type: "m.login.password", password: "p" });
    expect(external(lastBody())).toEqual(external(JSON.parse(String(sent[0]?.init?.body))));
  });

  it("is signed once where two go up at once", async () => {
    const { upload, keys, asked, sent } = await setUploadStage();
    await Promise.all([upload(keys.body), upload(keys.body)]);
    expect(asked).toHaveLength(1);
    expect(sent[0]?.init?.body).toBe(sent[1]?.init?.body);
  });

  it("goes up as it is where the user wants no signature, and is not asked about again", async () => {
    const { upload, keys, asked, sent } = await setUploadStage({ sign: async () => undefined });
    await upload(keys.body);
    await upload(keys.body);
    expect(asked).toHaveLength(1);
    expect(sent.map(({ init }) => init?.body)).toEqual([JSON.stringify(keys.body), JSON.stringify(keys.body)]);
  });

  it("asks anew for the master key of a reset", async () => {
    const { upload, keys, asked, lastBody } = await setUploadStage();
    await upload(keys.body);
    const reset = makeCrossSigningKeys(userId);
    await upload(reset.body);
    expect(asked.map(({ masterKey }) => masterKey)).toEqual([keys.master.publicKey, reset.master.publicKey]);
    expect(external(lastBody())).toHaveLength(1);
  });

  it("tells of each signature before it goes up, whatever the listener does", async () => {
    const told: [OwnSignature, number][] = [];
    const reported = vi.fn();
    vi.stubGlobal("reportError", reported);
    const { upload, keys, lastBody, sent } = await setUploadStage({
      onSigned: (signature) => {
        told.push([signature, sent.length]);
        throw new Error("a listener's own fault");
      },
    });
    await upload(keys.body);
    vi.unstubAllGlobals();
    const [[keyId, value] = []] = Object.entries(masterKeySignatures(lastBody()));
    expect(told).toEqual([[{ userId, keyId, value, masterKey: keys.master.publicKey }, 0]]);
    expect(reported).toHaveBeenCalledOnce();
  });
});

describe("every other request", () => {
  const { body } = makeCrossSigningKeys(userId);
  const { master_key: _masterKey, ...withoutMasterKey } = body;

  it.each<[string, RequestInfo | URL, RequestInit | undefined]>([
    ["to another endpoint", uploadUrl.replace("device_signing", "signatures"), { method: "POST", body: "{}" }],
    ["of another method", uploadUrl, { method: "PUT", body: JSON.stringify(body) }],
    ["without a method", uploadUrl, undefined],
    [
      "that names it in a query",
      `https://evil.example/?x=${uploadUrl}`,
      { method: "POST", body: JSON.stringify(body) },
    ],
    ["without a master key", uploadUrl, { method: "POST", body: JSON.stringify(withoutMasterKey) }],
    ["with a master key of null", uploadUrl, { method: "POST", body: '{"master_key":null}' }],
    ["that is no JSON", uploadUrl, { method: "POST", body: '{"master_key":' }],
    ["that is no object", uploadUrl, { method: "POST", body: '["master_key"]' }],
  ])("%s passes untouched", async (_what, input, init) => {
    const { wrapped, sent, asked } = await setUploadStage();
    await wrapped(input, init);
    expect(asked).toEqual([]);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.input).toBe(input);
    expect(sent[0]?.init?.body).toBe(init?.body);
  });

  it("gets its own faults", async () => {
    const fault = new TypeError("connection refused");
    const wrapped = signFirstUpload(() => Promise.reject(fault), { algorithms: [stampAlgorithm()], sign: vi.fn() });
    await expect(wrapped("https://hs.example.org/")).rejects.toBe(fault);
    await expect(wrapped(uploadUrl, { method: "POST", body: "{}" })).rejects.toBe(fault);
  });
});

describe("an upload that is not signed as it should be is not sent", () => {
  it("where sign rejects: the next one asks again", async () => {
    const signer = await stampSigner();
    const cancelled = new Error("closed the dialogue");
    let tries = 0;
    const { upload, keys, sent, lastBody } = await setUploadStage({
      sign: async ({ bytes }) => {
        tries += 1;
        if (tries === 1) throw cancelled;
        return signer.sign(bytes);
      },
    });
    await expect(upload(keys.body)).rejects.toMatchObject({ code: "ERR_SIGN_FAILED", cause: cancelled });
    expect(sent).toEqual([]);
    await upload(keys.body);
    expect(external(lastBody())).toHaveLength(1);
  });

  it("under a name that matrix-js-sdk passes on", async () => {
    const { upload, keys } = await setUploadStage({ sign: async () => "AAAA AAAA" });
    await expect(upload(keys.body)).rejects.toMatchObject({ name: "AbortError", code: expect.stringMatching(/^ERR_/) });
  });

  it("where the signature is not valid", async () => {
    const signer = await stampSigner();
    const { upload, keys, sent } = await setUploadStage({ sign: () => signer.sign(new Uint8Array(3)) });
    await expect(upload(keys.body)).rejects.toMatchObject({
      code: "ERR_ACCEPT_NOT_VALID",
      verdict: { code: "bad-signature" },
    });
    expect(sent).toEqual([]);
  });

  it("where a rule refuses the signature, unless that rule is overridden by name", async () => {
    const signer = await stampSigner();
    const objects = {
      ...stampAlgorithm(),
      accept: async () => ({
        keyId: `custom:${signer.algorithm}:AAAA`,
        value: { signature: "x" },
        verdict: { status: "valid", code: "valid" } as const,
      }),
    };
    const refusing = await setUploadStage({ algorithms: [objects] });
    await expect(refusing.upload(refusing.keys.body)).rejects.toMatchObject({
      code: "ERR_PUBLISH_UNSAFE",
      message: expect.stringContaining("object-value"),
    });
    expect(refusing.sent).toEqual([]);
    const forced = await setUploadStage({ algorithms: [objects], force: ["object-value"] });
    await forced.upload(forced.keys.body);
    expect(Object.values(masterKeySignatures(forced.lastBody()))).toEqual([{ signature: "x" }]);
  });

  it.each<[string, (key: JsonObject) => unknown]>([
    ["is no object", () => "key"],
    ["has a member more", (key) => ({ ...key, note: "x" })],
    ["is a self-signing key", (key) => ({ ...key, usage: ["self_signing"] })],
    ["is nobody's", ({ user_id: _userId, ...key }) => key],
  ])("where the master key %s", async (_what, change) => {
    const { upload, keys, sent, asked } = await setUploadStage();
    await expect(upload({ ...keys.body, master_key: change(keys.body.master_key) })).rejects.toMatchObject({
      code: "ERR_OBJECT_SHAPE",
    });
    expect([...sent, ...asked]).toEqual([]);
  });

  it("where one of several kinds fails: the others are not asked for again", async () => {
    const signer = await stampSigner();
    const second = { ...stampAlgorithm(), id: "org.example.second", accept: vi.fn() };
    second.accept.mockRejectedValueOnce(new Error("no card")).mockResolvedValue({
      keyId: "custom:org.example.second:AAAA",
      value: "c2Vjb25k",
      verdict: { status: "valid", code: "valid" },
    });
    const { upload, keys, asked, lastBody } = await setUploadStage({
      algorithms: [stampAlgorithm(), second],
      sign: ({ bytes }) => signer.sign(bytes),
    });
    await expect(upload(keys.body)).rejects.toMatchObject({ code: "ERR_SIGN_FAILED" });
    await upload(keys.body);
    expect(asked.map(({ algorithm }) => algorithm)).toEqual([signer.algorithm, second.id, second.id]);
    expect(external(lastBody())).toHaveLength(2);
  });
});

describe("the caller's time-out", () => {
  it("does not run while the user signs", async () => {
    const timeout = new AbortController();
    const signer = await stampSigner();
    const { upload, keys, sent, lastBody } = await setUploadStage({
      sign: ({ bytes }) => {
        timeout.abort();
        return signer.sign(bytes);
      },
    });
    await upload(keys.body, { signal: timeout.signal });
    expect(sent[0]?.init?.signal?.aborted).toBe(false);
    expect(external(lastBody())).toHaveLength(1);
  });

  it("does not run while the user declines either", async () => {
    const timeout = new AbortController();
    const { upload, keys, sent } = await setUploadStage({
      sign: async () => {
        timeout.abort();
        return undefined;
      },
    });
    await upload(keys.body, { signal: timeout.signal });
    expect(sent[0]?.init?.signal?.aborted).toBe(false);
  });

  it("is the caller's own where nobody was asked", async () => {
    const { upload, keys, sent } = await setUploadStage();
    await upload(keys.body);
    const { signal } = new AbortController();
    await upload(keys.body, { signal });
    expect(sent[1]?.init?.signal).toBe(signal);
  });

  it("asks nobody once it is over", async () => {
    const { upload, keys, asked, sent } = await setUploadStage();
    await expect(upload(keys.body, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect([...asked, ...sent]).toEqual([]);
  });
});

it.each([
  ["none", [], "ERR_ALGORITHM_CANNOT_SIGN"],
  ["one that only verifies", [{ id: "org.example.mute", verify: vi.fn() }], "ERR_ALGORITHM_CANNOT_SIGN"],
  ["two of one kind", [stampAlgorithm(), stampAlgorithm()], "ERR_ALGORITHM_DUPLICATE"],
])("algorithms: %s is refused at once", (_what, algorithms, code) => {
  expect(() => signFirstUpload(fetch, { algorithms, sign: vi.fn() })).toThrow(expect.objectContaining({ code }));
});

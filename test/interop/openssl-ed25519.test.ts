import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ed25519, ed25519Signer } from "../../src/algorithms/ed25519/index.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { pipeThrough } from "../support/gnupg-home.js";
import { masterKey, now } from "../support/openpgp.js";

const object = masterKey();
const nowMs = now * 1000;
let folder: string;
let pem: string;
let publicKey: string;

const path = (name: string): string => join(folder, name);
const openssl = (...args: string[]): Promise<Buffer> => pipeThrough("openssl", args);
const signed = (text: string): Uint8Array => Buffer.concat([object.bytes, utf8(text)]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-openssl-"));
  await openssl("genpkey", "-algorithm", "ed25519", "-out", path("key.pem"));
  await openssl("pkey", "-in", path("key.pem"), "-pubout", "-out", path("public.pem"));
  pem = await readFile(path("key.pem"), "utf8");
  const info = await openssl("pkey", "-in", path("key.pem"), "-pubout", "-outform", "DER");
  publicKey = info.subarray(-32).toString("base64").replace(/=+$/, "");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("a signature by openssl is valid", async () => {
  const sign = async (bytes: Uint8Array): Promise<Buffer> => {
    await writeFile(path("data"), bytes);
    return openssl("pkeyutl", "-sign", "-inkey", path("key.pem"), "-rawin", "-in", path("data"));
  };
  const signature = (await sign(signed(`.${nowMs}.0`))).toString("base64").replace(/=+$/, "");
  const output = `${publicKey} ${signature}.${nowMs}.0`;
  expect((await ed25519().accept({ object, output, now: nowMs })).verdict.code).toBe("valid");
  const remote = ed25519Signer({ publicKey, sign }, { now: () => nowMs, lifetimeMs: 1000 });
  const accepted = await ed25519().accept({ object, output: await remote.sign(object.bytes), now: nowMs });
  expect(accepted.verdict).toMatchObject({ code: "valid", expiresAt: nowMs + 1000 });
});

it("a signature made with openssl's key file is right for openssl", async () => {
  const output = await ed25519Signer(pem, { now: () => nowMs, lifetimeMs: 1000 }).sign(object.bytes);
  const [key, value = ""] = output.split(" ");
  expect(key).toBe(publicKey);
  const [signature = "", created, expires] = value.split(".");
  await writeFile(path("signature"), Buffer.from(signature, "base64"));
  const verify = async (bytes: Uint8Array): Promise<string> => {
    await writeFile(path("data"), bytes);
    const files = ["-inkey", path("public.pem"), "-rawin", "-in", path("data"), "-sigfile", path("signature")];
    return (await openssl("pkeyutl", "-verify", "-pubin", ...files)).toString();
  };
  expect(await verify(signed(`.${created}.${expires}`))).toContain("Verified Successfully");
  await expect(verify(signed(`.${created}.0`))).rejects.toThrow();
});

it("a key file that openssl locked is refused", async () => {
  await openssl("pkey", "-in", path("key.pem"), "-aes256", "-passout", "pass:secret", "-out", path("locked.pem"));
  const locked = await readFile(path("locked.pem"), "utf8");
  expect(() => ed25519Signer(locked)).toThrow("not locked");
});

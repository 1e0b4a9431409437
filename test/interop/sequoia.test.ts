import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as library from "openpgp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureSystemTools } from "../../scripts/tools.mjs";
import { openpgp, openpgpSigner } from "../../src/algorithms/openpgp/index.js";
import { masterKey } from "../support/openpgp.js";

const run = promisify(execFile);
const object = masterKey();
const suites = ["cv25519", "rsa3k", "rsa4k"];
let folder: string;

async function sq(...args: string[]): Promise<string> {
  return (await run("sq", ["--force", ...args], { cwd: folder })).stdout;
}

async function certificateOf(name: string): Promise<Buffer> {
  await sq("key", "extract-cert", "--output", `${name}.cert.pgp`, `${name}.pgp`);
  return readFile(join(folder, `${name}.cert.pgp`));
}

async function generate(name: string, ...options: string[]): Promise<Buffer> {
  await sq("key", "generate", "--userid", `${name}@example.org`, "--export", `${name}.pgp`, ...options);
  return certificateOf(name);
}

beforeAll(async () => {
  await ensureSystemTools();
  folder = await mkdtemp(join(tmpdir(), "countersign-sq-"));
  await writeFile(join(folder, "data.json"), object.bytes);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a signature by sq is valid", () => {
  for (const suite of suites) {
    it(`with ${suite}, by a signing subkey, armored and binary`, async () => {
      const keys = await generate(suite, "--cipher-suite", suite);
      const algorithm = openpgp({ keys });
      for (const form of [[], ["--binary"]]) {
        await sq("sign", "--detached", "--signer-key", `${suite}.pgp`, ...form, "--output", "data.sig", "data.json");
        const output = await readFile(join(folder, "data.sig"));
        const { verdict } = await algorithm.accept({ object, output, now: Date.now() });
        expect(verdict).toMatchObject({ code: "valid", signer: { names: [`${suite}@example.org`] } });
        expect(verdict.signer?.signingKey).toMatch(/^[0-9A-F]{40}$/);
        expect(verdict.validUntil, "sq gives keys an end").toBeGreaterThan(Date.now());
      }
    });
  }
});

describe("the command lines, word for word in a shell,", () => {
  it("yield a signature that accept takes", async () => {
    const keys = await generate("key");
    const algorithm = openpgp({ keys });
    const hostile = masterKey("@o'neill;$(touch owned)`id`\"\\:example.org");
    for (const target of [object, hostile]) {
      const [pipe, file] = algorithm.commands(target.bytes).filter((command) => command.tool === "sq before 1.0");
      const shell = async (command = ""): Promise<string> => (await run("sh", ["-c", command], { cwd: folder })).stdout;
      const output = await shell(pipe?.command);
      expect((await algorithm.accept({ object: target, output, now: Date.now() })).verdict.code).toBe("valid");
      await writeFile(join(folder, file?.inputFile ?? ""), target.bytes);
      await shell(`rm -f ${file?.outputFile} && ${file?.command}`);
      const written = await readFile(join(folder, file?.outputFile ?? ""));
      expect((await algorithm.accept({ object: target, output: written, now: Date.now() })).verdict.code).toBe("valid");
      expect(await shell("ls")).not.toContain("owned");
    }
  });
});

describe("what sq makes and PROTOCOL refuses", () => {
  it("a cleartext or an inline message", async () => {
    const keys = await generate("inline");
    for (const mode of [["--cleartext-signature"], []]) {
      const output = await sq("sign", ...mode, "--signer-key", "inline.pgp", "data.json");
      const refusal = openpgp({ keys }).accept({ object, output, now: Date.now() });
      await expect(refusal).rejects.toMatchObject({ code: "ERR_ACCEPT_MALFORMED" });
    }
  });

  it("a critical notation that nobody here understands", async () => {
    const keys = await generate("notation");
    const options = ["--notation", "!rule@example.org", "x", "--signer-key", "notation.pgp"];
    const output = await sq("sign", "--detached", ...options, "data.json");
    const refusal = openpgp({ keys }).accept({ object, output, now: Date.now() });
    await expect(refusal).rejects.toMatchObject({ verdict: { status: "invalid", code: "unknown-critical" } });
  });

  for (const [reason, code] of [
    ["compromised", "key-revoked"],
    ["unspecified", "key-revoked"],
    ["superseded", "key-revoked-softly"],
    ["retired", "key-revoked-softly"],
  ] as const) {
    it(`a certificate revoked as ${reason}`, async () => {
      const name = `revoked-${reason}`;
      const keys = await generate(name, "--creation-time", "20250101", "--expires", "never");
      const signing = ["sign", "--detached", "--time", "20250201", "--signer-key", `${name}.pgp`];
      const output = await sq(...signing, "data.json");
      const revoking = [
        "revoke",
        "certificate",
        "--certificate",
        `${name}.cert.pgp`,
        "--revocation-key",
        `${name}.pgp`,
      ];
      const revocation = await sq(...revoking, reason, "because");
      const algorithm = openpgp({ keys });
      expect((await algorithm.accept({ object, output, now: Date.now() })).verdict.code).toBe("valid");
      await algorithm.importKeys(revocation);
      const refusal = algorithm.accept({ object, output, now: Date.now() });
      await expect(refusal).rejects.toMatchObject({ verdict: { code } });
    });
  }

  it("a key whose time is over", async () => {
    const keys = await generate("past", "--creation-time", "20240101", "--expires-in", "30d");
    const output = await sq("sign", "--detached", "--time", "20240115", "--signer-key", "past.pgp", "data.json");
    const refusal = openpgp({ keys }).accept({ object, output, now: Date.now() });
    await expect(refusal).rejects.toMatchObject({
      verdict: { status: "indeterminate", code: "key-expired", validFrom: Date.UTC(2024, 0, 15) },
    });
  });
});

it("a keyring that sq joined is read whole", async () => {
  const certificates = [await generate("one"), await generate("two")];
  await sq("keyring", "join", "--output", "ring.pgp", "one.cert.pgp", "two.cert.pgp");
  const joined = await openpgp().importKeys(await readFile(join(folder, "ring.pgp")));
  expect(joined.map((report) => report.status)).toEqual(["imported", "imported"]);
  const concatenated = await openpgp().importKeys(Buffer.concat(certificates));
  expect(concatenated).toEqual(joined);
});

describe("a signature of ours", () => {
  const kinds = [
    { type: "ecc", curve: "curve25519Legacy" },
    { type: "ecc", curve: "nistP384" },
    { type: "rsa", rsaBits: 2048 },
    { type: "ecc", curve: "curve25519Legacy", subkeys: [{ sign: true }] },
  ];
  for (const kind of kinds) {
    it(`is good for sq: ${JSON.stringify(kind)}`, async () => {
      const make = library.generateKey as unknown as (options: object) => Promise<{ privateKey: library.PrivateKey }>;
      const userIDs = [{ name: "Page", email: "page@example.org" }];
      const { privateKey } = await make({ userIDs, format: "object", ...structuredClone(kind) });
      const output = await openpgpSigner(privateKey).sign(object.bytes);
      const { value } = await openpgp().accept({ object, output, now: Date.now() });
      await writeFile(join(folder, "page.pgp"), privateKey.toPublic().armor());
      await writeFile(join(folder, "page.sig"), Buffer.from(String(value), "base64"));
      const verify = (file: string): Promise<string> =>
        sq("verify", "--signer-cert", "page.pgp", "--detached", "page.sig", file);
      await verify("data.json");
      await writeFile(join(folder, "other.json"), "{}");
      await expect(verify("other.json")).rejects.toThrow();
    });
  }
});

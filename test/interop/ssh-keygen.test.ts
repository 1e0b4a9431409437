import { execFile } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allowedSigners, sshsig } from "../../src/algorithms/sshsig/index.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { fitsSizeRule } from "../../src/model/size.js";
import {
  goodKinds,
  keyHashOf,
  makeSshKey,
  makeSshSig,
  mpint,
  namesOf,
  type SshSigOptions,
  str,
} from "../support/ssh.js";
import { judgeSsh, nowMs, object } from "../support/ssh-judge.js";
import { makeSshKeygen, type SshKeygen } from "../support/ssh-keygen.js";

const kinds = [
  { file: "ed25519", type: "ed25519" },
  { file: "nistp256", type: "ecdsa", bits: 256 },
  { file: "nistp384", type: "ecdsa", bits: 384 },
  { file: "nistp521", type: "ecdsa", bits: 521 },
  { file: "rsa2048", type: "rsa", bits: 2048 },
  { file: "rsa3072", type: "rsa", bits: 3072 },
  { file: "rsa4096", type: "rsa", bits: 4096 },
];

let tool: SshKeygen;
const lines = new Map<string, string>();

beforeAll(async () => {
  tool = await makeSshKeygen();
  for (const { file, type, bits } of kinds) lines.set(file, await tool.generate(file, type, bits));
});
afterAll(() => tool?.dispose());

const fileOf = (name: string): string => join(tool.folder, name);
const lineOf = (name: string): string => lines.get(name) ?? "";

describe.each(kinds)("a signature by ssh-keygen with $file", ({ file }) => {
  it("is valid under either digest, is named as ssh-keygen names the key, and fits on a key", async () => {
    const printed = await tool.run(["-l", "-f", fileOf(`${file}.pub`)]);
    for (const hash of ["sha256", "sha512"]) {
      const args = ["-Y", "sign", "-f", fileOf(file), "-n", "msc2961@matrix.org", "-O", `hashalg=${hash}`];
      const output = await tool.run(args, object.bytes);
      const { keyId, value, verdict } = await sshsig().accept({ object, output, now: nowMs });
      const fingerprint = keyId.replace("custom:com.openssh.sshsig:", "");
      expect(printed.split(" ")).toContain(fingerprint);
      expect(verdict).toMatchObject({ code: "valid", signer: { fingerprint } });
      expect(fitsSizeRule(keyId, value)).toBe(true);
      expect(await tool.isRight(Buffer.from(String(value), "base64"), object.bytes)).toBe(true);
      expect((await judgeSsh(output, { key: fingerprint, keys: lineOf(file) })).code).toBe("valid");
    }
  });

  it("is refused for another purpose or on other bytes, by both", async () => {
    const sign = (name: string, data: Uint8Array): Promise<string> =>
      tool.run(["-Y", "sign", "-f", fileOf(file), "-n", name], data);
    const { fingerprint } = namesOf("", Buffer.from(lineOf(file).split(" ")[1] ?? "", "base64"));
    const [other, altered] = [await sign("file", object.bytes), await sign("msc2961@matrix.org", utf8("{}"))];
    expect((await judgeSsh(other, { key: fingerprint })).code).toBe("wrong-namespace");
    expect((await judgeSsh(altered, { key: fingerprint })).code).toBe("bad-signature");
    for (const armor of [other, altered]) {
      const blob = Buffer.from(armor.split("\n").slice(1, -2).join(""), "base64");
      expect(await tool.isRight(blob, object.bytes)).toBe(false);
    }
  });
});

/** ssh-keygen 9.2 exports Ed25519 in no form of X.509. */
it.each(kinds.slice(1))("the key hash of $file is that of the key as ssh-keygen exports it", async ({ file }) => {
  const exported = await tool.run(["-e", "-m", "PKCS8", "-f", fileOf(`${file}.pub`)]);
  const output = await tool.run(["-Y", "sign", "-f", fileOf(file), "-n", "msc2961@matrix.org"], object.bytes);
  const { verdict } = await sshsig().accept({ object, output, now: nowMs });
  expect(verdict.signer?.keyHash).toBe(keyHashOf({ publicKey: createPublicKey(exported) }));
});

describe("the ready command lines", () => {
  const run = promisify(execFile);

  it("in a pipe sign what is valid", async () => {
    const home = fileOf("home");
    await run("mkdir", ["-p", join(home, ".ssh")]);
    await run("cp", [fileOf("ed25519"), join(home, ".ssh", "id_ed25519")]);
    const [pipe] = sshsig().commands(object.bytes);
    const { stdout } = await run("sh", ["-c", pipe?.command ?? ""], { env: { ...process.env, HOME: home } });
    expect((await sshsig().accept({ object, output: stdout, now: nowMs })).verdict.code).toBe("valid");
  });

  it("on a file sign what is valid", async () => {
    const file = sshsig()
      .commands(object.bytes)
      .find(({ form }) => form === "file");
    await run("cp", [fileOf("ed25519"), fileOf("id_ed25519")]);
    await writeFile(fileOf(file?.inputFile ?? ""), object.bytes);
    await run("sh", ["-c", file?.command ?? ""], { cwd: tool.folder });
    const output = new Uint8Array(await readFile(fileOf(file?.outputFile ?? "")));
    expect((await sshsig().accept({ object, output, now: nowMs })).verdict.code).toBe("valid");
  });
});

describe.each(goodKinds)("a signature written by hand with %s", (kind) => {
  it("is right for ssh-keygen as it is here, and wrong for both on other bytes", async () => {
    const key = makeSshKey(kind, "ssh:matrix");
    for (const hash of ["sha256", "sha512"]) {
      const blob = makeSshSig(key, object.bytes, { hash });
      expect(await tool.isRight(blob, object.bytes)).toBe(true);
      expect(await tool.isAllowed(`alice ${key.line}`, blob, object.bytes)).toBe(true);
      expect((await judgeSsh(blob, { key, keys: `alice ${key.line}` })).code).toBe("valid");
      expect(await tool.isRight(blob, utf8("{}"))).toBe(false);
    }
    await writeFile(fileOf("by-hand.pub"), `${key.line}\n`);
    expect((await tool.run(["-l", "-f", fileOf("by-hand.pub")])).split(" ")).toContain(key.fingerprint);
  });
});

describe("a blob that is not as it should be", () => {
  const ed = makeSshKey();
  const rsa = makeSshKey("rsa2048");
  const p256 = makeSshKey("p256");
  const weak = makeSshKey("rsa1024");
  const identity = Buffer.concat([Buffer.of(1), Buffer.alloc(31)]);
  const small = Buffer.concat([str("ssh-ed25519"), str(identity)]);
  const forged = Buffer.concat([str("ssh-ed25519"), str(Buffer.concat([identity, Buffer.alloc(32)]))]);
  const padded = (): Buffer => {
    const whole = makeSshSig(p256, object.bytes);
    const at = whole.lastIndexOf(str("ecdsa-sha2-nistp256")) + 23 + 4;
    const length = whole.readUInt32BE(at);
    const r = whole.subarray(at + 4, at + 4 + length);
    const signature = Buffer.concat([
      str("ecdsa-sha2-nistp256"),
      str(Buffer.concat([str(Buffer.concat([Buffer.of(0), r])), whole.subarray(at + 4 + length)])),
    ]);
    return makeSshSig(p256, object.bytes, { signature });
  };

  const identityKey = namesOf("", small).fingerprint;
  const compressed = Buffer.concat([
    str(p256.type),
    str("nistp256"),
    str(Buffer.concat([Buffer.of(2), p256.blob.subarray(-64, -32)])),
  ]);
  const exponentOne = Buffer.concat([str("ssh-rsa"), mpint(Buffer.of(1)), mpint(Buffer.alloc(256, 0xff))]);
  const byEd = (options: SshSigOptions) => (): Buffer => makeSshSig(ed, object.bytes, options);

  /** What ssh-keygen 9.2 says, what is said here, and where the two differ, why. */
  const rows: readonly {
    readonly name: string;
    readonly make: () => Buffer;
    readonly key?: string;
    readonly isRight: boolean;
    readonly code: string;
    readonly why?: string;
  }[] = [
    { name: "version 2", make: byEd({ version: 2 }), isRight: false, code: "malformed" },
    {
      name: "version 0",
      make: byEd({ version: 0 }),
      isRight: true,
      code: "malformed",
      why: "version 1 alone is defined, and the version is not signed",
    },
    {
      name: "something reserved",
      make: byEd({ reserved: "x" }),
      isRight: true,
      code: "malformed",
      why: "ssh-keygen skips the field, which is not signed: anybody could write into it",
    },
    { name: "a byte behind the end", make: byEd({ trailing: Buffer.of(0) }), isRight: false, code: "malformed" },
    { name: "SHA-1", make: byEd({ hash: "sha1", signedHash: "sha1" }), isRight: false, code: "weak-algorithm" },
    { name: "SHA-384", make: byEd({ hash: "sha384", signedHash: "sha384" }), isRight: false, code: "malformed" },
    {
      name: "RSA with SHA-1",
      make: () => makeSshSig(rsa, object.bytes, { type: "ssh-rsa", digest: "sha1" }),
      key: rsa.fingerprint,
      isRight: false,
      code: "weak-algorithm",
    },
    {
      name: "RSA of 1,024 bits",
      make: () => makeSshSig(weak, object.bytes),
      key: weak.fingerprint,
      isRight: true,
      code: "weak-algorithm",
      why: "2,048 bits are asked for",
    },
    {
      name: "an RSA exponent of 1",
      make: byEd({ publicKey: exponentOne }),
      key: namesOf("", exponentOne).fingerprint,
      isRight: false,
      code: "weak-algorithm",
    },
    {
      name: "a number with a leading zero too many",
      make: padded,
      key: p256.fingerprint,
      isRight: true,
      code: "malformed",
      why: "a number has one form (RFC 4251 §5)",
    },
    {
      name: "a compressed point",
      make: () => makeSshSig(p256, object.bytes, { publicKey: compressed }),
      key: namesOf("", compressed).fingerprint,
      isRight: false,
      code: "malformed",
    },
    {
      name: "a key of small order, A = R and S = 0",
      make: byEd({ publicKey: small, signature: forged }),
      key: identityKey,
      isRight: true,
      code: "weak-algorithm",
      why: "nobody made this signature: it is right over any bytes",
    },
    { name: "another key in its place", make: byEd({ publicKey: p256.blob }), isRight: false, code: "wrong-key" },
    { name: "a signature cut short", make: () => byEd({})().subarray(0, -1), isRight: false, code: "malformed" },
    {
      name: "a longer raw signature",
      make: () => makeSshSig(ed, object.bytes, { signature: Buffer.concat([byEd({})().subarray(-83), Buffer.of(0)]) }),
      isRight: false,
      code: "malformed",
    },
  ];

  it.each(rows)("$name", async ({ make, key = ed.fingerprint, isRight, code, why }) => {
    const blob = make();
    expect(await tool.isRight(blob, object.bytes)).toBe(isRight);
    expect((await judgeSsh(blob, { key })).code).toBe(code);
    expect(isRight !== (code === "valid")).toBe(why !== undefined);
  });
});

describe("a line of an allowed_signers file", () => {
  const key = makeSshKey();
  const other = makeSshKey();
  const blob = makeSshSig(key, object.bytes);
  const { line } = key;

  /**
   * The file, what ssh-keygen 9.2 says for the principal `alice` on 1 June 2026, what is said here, and where the two differ,
   * why. KEY made the signature, OTHER did not.
   */
  const rows: readonly {
    readonly list: string;
    readonly isAllowed: boolean;
    readonly code: string;
    readonly why?: string;
  }[] = [
    { list: "alice KEY", isAllowed: true, code: "valid" },
    { list: "alice KEY comment", isAllowed: true, code: "valid" },
    { list: "\t alice\tKEY", isAllowed: true, code: "valid" },
    { list: "bob,alice KEY", isAllowed: true, code: "valid" },
    { list: '"alice,bob" KEY', isAllowed: true, code: "valid" },
    { list: "# alice\n\nalice KEY", isAllowed: true, code: "valid" },
    { list: "bob OTHER\nalice KEY", isAllowed: true, code: "valid" },
    { list: "alice nonsense\nalice KEY", isAllowed: true, code: "valid" },
    { list: "alice OTHER", isAllowed: false, code: "key-unconfirmed" },
    { list: "", isAllowed: false, code: "key-unconfirmed" },
    { list: 'alice namespaces="msc2961@matrix.org" KEY', isAllowed: true, code: "valid" },
    { list: 'alice NameSpaces="msc2961@matrix.org" KEY', isAllowed: true, code: "valid" },
    { list: 'alice namespaces="git,msc2961@*" KEY', isAllowed: true, code: "valid" },
    { list: 'alice namespaces="msc????@matrix.org" KEY', isAllowed: true, code: "valid" },
    { list: 'alice namespaces="git" KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="*,!msc2961@matrix.org" KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="" KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="MSC2961@matrix.org" KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="a\\"b" KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="git" KEY\nalice KEY', isAllowed: true, code: "valid" },
    { list: 'alice valid-after="20260101Z" KEY', isAllowed: true, code: "valid" },
    { list: 'alice valid-after="20260601Z" KEY', isAllowed: true, code: "valid" },
    { list: 'alice valid-after="20260601000001Z" KEY', isAllowed: false, code: "not-yet-valid" },
    { list: 'alice valid-before="20260601Z" KEY', isAllowed: true, code: "valid" },
    { list: 'alice valid-before="20260531235959Z" KEY', isAllowed: false, code: "key-expired" },
    { list: 'alice valid-before="202605312359" KEY', isAllowed: false, code: "key-expired" },
    { list: 'alice valid-before="20260101UTC" KEY', isAllowed: false, code: "key-expired" },
    { list: 'alice valid-after="20260101",valid-before="20270101" KEY', isAllowed: true, code: "valid" },
    {
      list: 'alice valid-after="20270101Z",valid-before="20260101Z" KEY',
      isAllowed: false,
      code: "key-not-for-signing",
    },
    { list: 'alice valid-before="never" KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: "alice valid-before=20270101 KEY", isAllowed: false, code: "key-not-for-signing" },
    { list: "alice cert-authority KEY", isAllowed: false, code: "key-not-for-signing" },
    { list: "alice no-touch-required KEY", isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="*",namespaces="*" KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="*", KEY', isAllowed: false, code: "key-not-for-signing" },
    { list: 'alice namespaces="* KEY\nbob OTHER', isAllowed: false, code: "key-unconfirmed" },
    { list: "alice ssh-rsa BASE64\nbob OTHER", isAllowed: false, code: "key-unconfirmed" },
    { list: "bob KEY", isAllowed: false, code: "valid", why: "whom a principal speaks for is not decided here" },
    { list: "!alice,* KEY", isAllowed: false, code: "valid", why: "as above" },
    { list: "KEY", isAllowed: false, code: "valid", why: "a public key by itself is read too" },
    {
      list: 'a"lice" KEY\nbob OTHER',
      isAllowed: true,
      code: "key-unconfirmed",
      why: "ssh-keygen drops quotes inside of a word",
    },
    {
      list: 'alice valid-after="20260231Z" KEY',
      isAllowed: true,
      code: "key-not-for-signing",
      why: "ssh-keygen takes a day that does not exist for one of the next month",
    },
  ];

  const written = (list: string): string =>
    list
      .replaceAll("KEY", line)
      .replaceAll("OTHER", other.line)
      .replaceAll("BASE64", line.split(" ")[1] ?? "");

  it.each(rows)("$list", async ({ list, isAllowed, code, why }) => {
    expect(await tool.isAllowed(written(list), blob, object.bytes)).toBe(isAllowed);
    expect((await judgeSsh(blob, { key, keys: written(list) })).code).toBe(code);
    expect(isAllowed !== (code === "valid")).toBe(why !== undefined);
  });

  it("says two things to ssh-keygen in two time zones where it has no Z, and one thing here", async () => {
    const list = `alice valid-before="20260601" ${line}`;
    const request = { time: "20260601Z" };
    expect(await tool.isAllowed(list, blob, object.bytes, { ...request, timeZone: "UTC" })).toBe(true);
    expect(await tool.isAllowed(list, blob, object.bytes, { ...request, timeZone: "Asia/Tokyo" })).toBe(false);
    expect((await judgeSsh(blob, { key, keys: list })).code).toBe("valid");
  });
});

describe("whom a line of an allowed_signers file names", () => {
  const key = makeSshKey();
  const blob = makeSshSig(key, object.bytes);
  const alice = "@alice:example.org";

  /** The line, a principal to ask for, what ssh-keygen 9.2 says, whether it is a name here, and where the two differ, why. */
  const rows: readonly {
    readonly line: string;
    readonly identity: string;
    readonly isAllowed: boolean;
    readonly isNamed: boolean;
    readonly why?: string;
  }[] = [
    { line: "@alice:example.org KEY", identity: alice, isAllowed: true, isNamed: true },
    { line: "bob,@alice:example.org KEY", identity: alice, isAllowed: true, isNamed: true },
    {
      line: '"@alice:example.org,alice@example.org" KEY',
      identity: "alice@example.org",
      isAllowed: true,
      isNamed: true,
    },
    { line: "matrix:u/alice:example.org KEY", identity: "matrix:u/alice:example.org", isAllowed: true, isNamed: true },
    { line: "@alice:example.org KEY", identity: "@Alice:example.org", isAllowed: false, isNamed: false },
    { line: "@bob:example.org KEY", identity: alice, isAllowed: false, isNamed: false },
    { line: "@alice:example.org,!@alice:example.org KEY", identity: alice, isAllowed: false, isNamed: false },
    { line: "!@*:example.org,@alice:example.org KEY", identity: alice, isAllowed: false, isNamed: false },
    { line: "!@bob:*,@alice:example.org KEY", identity: alice, isAllowed: true, isNamed: true },
    { line: "@alice:example.org cert-authority KEY", identity: alice, isAllowed: false, isNamed: false },
    { line: '@alice:example.org namespaces="git" KEY', identity: alice, isAllowed: false, isNamed: false },
    { line: '@alice:example.org namespaces="git,msc2961@*" KEY', identity: alice, isAllowed: true, isNamed: true },
    { line: '@alice:example.org valid-before="20260101Z" KEY', identity: alice, isAllowed: false, isNamed: false },
    { line: "@*:example.org KEY", identity: alice, isAllowed: true, isNamed: false, why: "a pattern names nobody" },
    { line: "@alic?:example.org KEY", identity: alice, isAllowed: true, isNamed: false, why: "a pattern names nobody" },
    { line: "alice KEY", identity: "alice", isAllowed: true, isNamed: false, why: "nobody in Matrix has that name" },
    {
      line: '@alice:example.org valid-after="20260101Z" KEY',
      identity: alice,
      isAllowed: true,
      isNamed: false,
      why: "a list of names has no times",
    },
  ];

  it.each(rows)("$line, asked for $identity", async ({ line, identity, isAllowed, isNamed, why }) => {
    const list = line.replace("KEY", key.line);
    expect(await tool.isAllowed(list, blob, object.bytes, { identity })).toBe(isAllowed);
    const { keys } = await allowedSigners(list);
    expect(keys.some((named) => named.key === key.fingerprint && named.names.includes(identity))).toBe(isNamed);
    expect(isAllowed !== isNamed).toBe(why !== undefined);
  });

  it("is found by ssh-keygen too, name by name", async () => {
    const list = `@bob:example.org ${makeSshKey().line}\n@alice:example.org ${key.line}\nalice@example.org ${key.line}\n`;
    await tool.isAllowed(list, blob, object.bytes);
    const files = ["-s", fileOf("signature"), "-f", fileOf("allowed_signers")];
    const found = await tool.run(["-Y", "find-principals", ...files, "-O", "verify-time=20260601Z"]);
    const { keys } = await allowedSigners(list);
    const named = keys.find((one) => one.key === key.fingerprint)?.names;
    expect(named).toEqual(["@alice:example.org", "alice@example.org"]);
    expect(found.split(/[,\n]/)).toContain(named?.[0]);
  });
});

it("a certificate is followed by ssh-keygen, and refused here with a reason", async () => {
  const authority = await tool.generate("authority", "ed25519");
  await tool.run(["-q", "-s", fileOf("authority"), "-I", "identity", "-n", "alice", fileOf("nistp256.pub")]);
  const certificate = await readFile(fileOf("nistp256-cert.pub"), "utf8");
  const armor = await tool.run(["-Y", "sign", "-f", fileOf("nistp256"), "-n", "msc2961@matrix.org"], object.bytes);
  const plain = Buffer.from(armor.split("\n").slice(1, -2).join(""), "base64");
  const certified = Buffer.concat([
    plain.subarray(0, 10),
    str(Buffer.from(certificate.split(" ")[1] ?? "", "base64")),
    plain.subarray(14 + plain.readUInt32BE(10)),
  ]);
  expect(await tool.isAllowed(`alice cert-authority ${authority}`, certified, object.bytes)).toBe(true);
  const accepting = sshsig().accept({ object, output: certified, now: nowMs });
  await expect(accepting).rejects.toMatchObject({ verdict: { status: "unsupported", code: "ssh-certificate" } });
});

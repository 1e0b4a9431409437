import { describe, expect, it } from "vitest";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { AcceptError } from "../../src/model/accept-error.js";
import { fitsSizeRule } from "../../src/model/size.js";
import { masterKey } from "../support/openpgp.js";
import { armoredSsh, goodKinds, makeSshKey, makeSshSig } from "../support/ssh.js";
import { nowMs, object } from "../support/ssh-judge.js";

const alice = makeSshKey();
const blob = makeSshSig(alice, object.bytes);
const armor = armoredSsh(blob);
const accept = (output: string | Uint8Array) => sshsig().accept({ object, output, now: nowMs });

describe("accepting what ssh-keygen gave back", () => {
  const forms: readonly (readonly [string, string | Uint8Array])[] = [
    ["its armor", armor],
    [
      "armor with CRLF and the tool's own words",
      `Signing data on standard input\r\n${armor.replaceAll("\n", "\r\n")}$ `,
    ],
    ["base64 on one line", encodeBase64(blob)],
    ["padded base64 in lines", `${blob.toString("base64").replace(/(.{64})/g, "$1\r\n")}\r\n`],
    ["a binary file", new Uint8Array(blob)],
    ["a Node buffer", blob],
    ["the bytes of an armored file", utf8(armor)],
    ["a text file as PowerShell writes it", new Uint8Array(Buffer.from(`\ufeff${armor}`, "utf16le"))],
    ["armor beside a public key", `-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n${armor}`],
  ];
  for (const [name, output] of forms) {
    it(`reads ${name}`, async () => {
      expect(await accept(output)).toMatchObject({
        keyId: `custom:com.openssh.sshsig:${alice.fingerprint}`,
        value: encodeBase64(blob),
        verdict: { status: "valid", code: "valid", signer: { fingerprint: alice.fingerprint } },
      });
    });
  }

  it("gives what fits on a key, of every kind of key", async () => {
    for (const kind of goodKinds) {
      const { keyId, value } = await accept(makeSshSig(makeSshKey(kind), object.bytes));
      expect(fitsSizeRule(keyId, value)).toBe(true);
    }
  });

  it("needs no list of keys, and obeys one", async () => {
    const listed = (keys: string) => sshsig({ keys }).accept({ object, output: armor, now: nowMs });
    expect((await listed("")).verdict.code).toBe("key-unconfirmed");
    expect((await listed(alice.line)).verdict.code).toBe("valid");
    const refusal = listed(`alice valid-before="20200101Z" ${alice.line}`);
    await expect(refusal).rejects.toMatchObject({ verdict: { status: "indeterminate", code: "key-expired" } });
  });

  it("refuses a signature that is not valid, with the verdict", async () => {
    const other = masterKey("@mallory:example.org");
    const refusal = await sshsig()
      .accept({ object: other, output: armor, now: nowMs })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AcceptError);
    expect(refusal).toMatchObject({ code: "ERR_ACCEPT_NOT_VALID", verdict: { code: "bad-signature" } });
    const cases = [
      [makeSshSig(alice, object.bytes, { namespace: "file" }), "wrong-namespace"],
      [makeSshSig(alice, object.bytes, { hash: "sha1" }), "weak-algorithm"],
      [makeSshSig(makeSshKey("rsa1024"), object.bytes), "weak-algorithm"],
    ] as const;
    for (const [output, code] of cases) {
      await expect(accept(output)).rejects.toMatchObject({ code: "ERR_ACCEPT_NOT_VALID", verdict: { code } });
    }
  });

  it("says what it got where that is no signature", async () => {
    const pgp = "-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n-----END PGP SIGNATURE-----\n";
    const cases: readonly (readonly [unknown, string])[] = [
      ["", "something else"],
      [alice.line, "something else"],
      ["Couldn't load public key", "something else"],
      [Uint8Array.of(0xff, 0x00), "something else"],
      [Uint8Array.of(0x90, 0x00), "something else"],
      [pgp, "another kind of armor"],
      [armor.slice(0, -20), "something else"],
      [armor + armor, "several"],
      [blob.subarray(0, 40), "something else"],
      ["x".repeat(70_000), "far more"],
      [7, "something else"],
      [null, "something else"],
    ];
    for (const [output, got] of cases) {
      const message = expect.stringContaining(got);
      await expect(accept(output as string)).rejects.toMatchObject({ code: "ERR_ACCEPT_MALFORMED", message });
    }
  });

  it("refuses a private key and never repeats it", async () => {
    const secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
    for (const output of [secret, armor + secret, utf8(secret)]) {
      const refusal: unknown = await accept(output).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "ERR_ACCEPT_MALFORMED", message: expect.stringContaining("private key") });
      expect(String(refusal)).not.toContain("c2VjcmV0");
    }
  });

  it("ends on abort", async () => {
    const input = { object, output: armor, now: nowMs, signal: AbortSignal.abort() };
    await expect(sshsig().accept(input)).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});

describe("signing commands", () => {
  it("name the namespace, and for a file hold no byte of the object", () => {
    const [pipe, file] = sshsig().commands(object.bytes);
    expect(pipe).toMatchObject({ tool: "ssh-keygen", form: "pipe" });
    expect(pipe?.command).toMatch(
      /^printf %s '\{.*\}' \| ssh-keygen -Y sign -n msc2961@matrix\.org -f ~\/\.ssh\/id_ed25519$/,
    );
    expect(file).toEqual({
      tool: "ssh-keygen",
      form: "file",
      command: "ssh-keygen -Y sign -n msc2961@matrix.org -f id_ed25519 matrix-master-key.json",
      inputFile: "matrix-master-key.json",
      outputFile: "matrix-master-key.json.sig",
    });
  });

  it("leave the pipe out where the bytes are not printable ASCII", () => {
    for (const text of ["caf\u00e9", "line\nline", "x".repeat(8001)]) {
      expect(
        sshsig()
          .commands(utf8(text))
          .map(({ form }) => form),
      ).toEqual(["file"]);
    }
  });
});

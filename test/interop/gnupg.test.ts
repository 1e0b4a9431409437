import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as library from "openpgp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureSystemTools } from "../../scripts/tools.mjs";
import { openpgp, openpgpSigner } from "../../src/algorithms/openpgp/index.js";
import { utf8 } from "../../src/encoding/bytes.js";
import type { Verdict } from "../../src/model/report.js";
import { readSignableEvent, type SignableObject } from "../../src/model/signable.js";
import { type GnuPgHome, makeGnuPgHome } from "../support/gnupg-home.js";
import { masterKey } from "../support/openpgp.js";
import { loadBrowserBuild } from "../support/openpgp-browser-build.js";

const object = masterKey();
const algorithms = [
  "rsa2048",
  "rsa3072",
  "rsa4096",
  "ed25519",
  "nistp256",
  "nistp384",
  "nistp521",
  "brainpoolP256r1",
  "brainpoolP384r1",
  "brainpoolP512r1",
  "secp256k1",
];
/** Curves that openpgp's build for Node hands to a package that is not there. */
const browserOnly = ["brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp256k1"];

let home: GnuPgHome;
const fingerprints = new Map<string, string>();

beforeAll(async () => {
  await ensureSystemTools();
  home = await makeGnuPgHome();
  for (const algorithm of algorithms) {
    fingerprints.set(algorithm, await home.generate(`Key of ${algorithm}`, algorithm, "sign"));
  }
  const certifying = await home.generate("Certify Only <c@example.org>", "ed25519", "cert");
  await home.gpg(["--quick-add-key", certifying, "rsa2048", "sign", "never"]);
  await home.gpg(["--quick-add-key", certifying, "cv25519", "encr", "never"]);
  fingerprints.set("subkey", certifying);
});

afterAll(() => home?.dispose());

function fingerprintOf(name: string): string {
  const fingerprint = fingerprints.get(name);
  if (!fingerprint) throw new Error(`no key ${name}`);
  return fingerprint;
}

async function accepted(
  output: string | Uint8Array,
  keys: Uint8Array,
  target: SignableObject = object,
): Promise<Verdict> {
  const algorithm = openpgp({ keys, load: loadBrowserBuild });
  return (await algorithm.accept({ object: target, output, now: Date.now() })).verdict;
}

describe("a signature by gpg is valid", () => {
  for (const algorithm of [...algorithms, "subkey"]) {
    it(`with ${algorithm}, armored, binary and in text mode`, async () => {
      const fingerprint = fingerprintOf(algorithm);
      const keys = await home.export(fingerprint);
      for (const mode of [["--armor"], [], ["--textmode"], ["--armor", "--digest-algo", "SHA512"]]) {
        const output = await home.gpg([...mode, "--local-user", fingerprint, "--detach-sign"], object.bytes);
        const verdict = await accepted(output, keys);
        expect(verdict).toMatchObject({ status: "valid", code: "valid", signer: { fingerprint } });
        expect(verdict.signer?.signingKey !== undefined).toBe(algorithm === "subkey");
      }
    });
  }

  it("in text mode on an event that holds line ends", async () => {
    const event = readSignableEvent({ type: "m.note\nof\r\ntwo", sender: "@a:b", content: {} });
    const fingerprint = fingerprintOf("ed25519");
    const output = await home.gpg(["--textmode", "--local-user", fingerprint, "--detach-sign"], event.bytes);
    expect((await accepted(output, await home.export(fingerprint), event)).code).toBe("valid");
  });

  it("with the whole certificate as the key ID", async () => {
    const fingerprint = fingerprintOf("ed25519");
    const output = await home.gpg(["--local-user", fingerprint, "--detach-sign"], object.bytes);
    const key = (await home.export(fingerprint)).toString("base64").replace(/=+$/, "");
    const value = output.toString("base64").replace(/=+$/, "");
    const verdict = await openpgp().verify({ object, key, value, now: Date.now() });
    expect(verdict.code).toBe("key-unconfirmed");
  });
});

describe("curves that openpgp's build for Node lacks", () => {
  for (const algorithm of browserOnly) {
    it(`${algorithm} is unsupported there, never invalid`, async () => {
      const fingerprint = fingerprintOf(algorithm);
      const output = await home.gpg(["--local-user", fingerprint, "--detach-sign"], object.bytes);
      const value = output.toString("base64").replace(/=+$/, "");
      const keys = await home.export(fingerprint);
      const verdict = await openpgp({ keys }).verify({ object, key: fingerprint, value, now: Date.now() });
      expect(verdict).toMatchObject({ status: "unsupported", code: "unsupported-key" });
    });
  }
});

describe("gpg's whole keyring", () => {
  it("is read at once, armored and binary", async () => {
    for (const keys of [await home.gpg(["--export"]), await home.gpg(["--armor", "--export"])]) {
      const reports = await openpgp().importKeys(keys);
      expect(reports.map((report) => report.fingerprint).sort()).toEqual([...fingerprints.values()].sort());
      expect(reports.every((report) => report.status === "imported")).toBe(true);
    }
  });
});

describe("the command lines, word for word in a shell,", () => {
  it("yield a signature that accept takes", async () => {
    const fingerprint = fingerprintOf("ed25519");
    await writeFile(join(home.folder, "gpg.conf"), `default-key ${fingerprint}\n`);
    const algorithm = openpgp({ keys: await home.export(fingerprint) });
    const hostile = masterKey("@o'neill;$(touch owned)`id`\"\\:example.org");
    for (const target of [object, hostile]) {
      const [pipe, file] = algorithm.commands(target.bytes).filter((command) => command.tool === "gpg");
      const output = await home.shell(pipe?.command ?? "");
      expect((await algorithm.accept({ object: target, output, now: Date.now() })).verdict.code).toBe("valid");
      await writeFile(join(home.folder, file?.inputFile ?? ""), target.bytes);
      await home.shell(`rm -f ${file?.outputFile} && ${file?.command}`);
      const written = await readFile(join(home.folder, file?.outputFile ?? ""));
      expect((await algorithm.accept({ object: target, output: written, now: Date.now() })).verdict.code).toBe("valid");
    }
    expect(await home.shell("ls")).not.toContain("owned");
  });
});

describe("what gpg makes and PROTOCOL refuses", () => {
  it("a cleartext or an inline message", async () => {
    const keys = await home.export(fingerprintOf("ed25519"));
    for (const mode of ["--clearsign", "--sign"]) {
      const output = await home.gpg(["--armor", "--local-user", fingerprintOf("ed25519"), mode], object.bytes);
      await expect(accepted(output, keys)).rejects.toMatchObject({ code: "ERR_ACCEPT_MALFORMED" });
      const verdict = await openpgp({ keys }).verify({
        object,
        key: fingerprintOf("ed25519"),
        value: output.toString(),
        now: Date.now(),
      });
      expect(verdict).toMatchObject({ status: "invalid", code: "wrong-signature-type" });
    }
  });

  it("a SHA-1 digest", async () => {
    const fingerprint = fingerprintOf("rsa2048");
    const output = await home.gpg(
      ["--digest-algo", "SHA1", "--local-user", fingerprint, "--detach-sign"],
      object.bytes,
    );
    await expect(accepted(output, await home.export(fingerprint))).rejects.toMatchObject({
      verdict: { code: "weak-algorithm" },
    });
  });

  it("a certificate that certifies itself with SHA-1, an RSA key of 1,024 bits, DSA", async () => {
    for (const [algorithm, extra] of [
      ["rsa2048", ["--cert-digest-algo", "SHA1"]],
      ["rsa1024", []],
      ["dsa2048", []],
    ] as const) {
      const fingerprint = await home.generate(`Weak ${algorithm}`, algorithm, "sign", "never", extra);
      const output = await home.gpg(["--local-user", fingerprint, "--detach-sign"], object.bytes);
      const refusal = accepted(output, await home.export(fingerprint));
      await expect(refusal).rejects.toMatchObject({ verdict: { code: "weak-algorithm" } });
    }
  });

  it("a key whose time is over", async () => {
    const past = ["--faked-system-time", "20240101T000000!"];
    const fingerprint = await home.generate("Past", "ed25519", "sign", "30d", past);
    const output = await home.gpg([...past, "--local-user", fingerprint, "--detach-sign"], object.bytes);
    const keys = await home.export(fingerprint);
    await expect(accepted(output, keys)).rejects.toMatchObject({
      verdict: {
        status: "indeterminate",
        code: "key-expired",
        validFrom: Date.UTC(2024, 0, 1),
        validUntil: Date.UTC(2024, 0, 31),
      },
    });
    await home.gpg(["--quick-set-expire", fingerprint, "0"]);
    expect((await accepted(output, await home.export(fingerprint))).code).toBe("valid");
    const both = openpgp({ keys: [keys, await home.export(fingerprint)] });
    expect((await both.accept({ object, output, now: Date.now() })).verdict.code).toBe("valid");
  });

  it("a signature whose own time is over", async () => {
    const fingerprint = fingerprintOf("ed25519");
    const expiring = ["--default-sig-expire", "1d", "--local-user", fingerprint, "--detach-sign"];
    const output = await home.gpg(expiring, object.bytes);
    const verdict = await accepted(output, await home.export(fingerprint));
    expect(verdict.expiresAt).toBe((verdict.createdAt ?? 0) + 86_400_000);
    const value = output.toString("base64").replace(/=+$/, "");
    const algorithm = openpgp({ keys: await home.export(fingerprint) });
    const later = await algorithm.verify({ object, key: fingerprint, value, now: Date.now() + 2 * 86_400_000 });
    expect(later).toMatchObject({ status: "indeterminate", code: "expired" });
  });

  it("a revoked key, by the revocation certificate that gpg laid aside", async () => {
    const fingerprint = await home.generate("Revoked", "ed25519", "sign");
    const output = await home.gpg(["--local-user", fingerprint, "--detach-sign"], object.bytes);
    const file = await readFile(join(home.folder, "openpgp-revocs.d", `${fingerprint}.rev`), "utf8");
    const keys = await home.export(fingerprint);
    const algorithm = openpgp({ keys });
    expect((await algorithm.accept({ object, output, now: Date.now() })).verdict.code).toBe("valid");
    await algorithm.importKeys(file.replace(":-----BEGIN", "-----BEGIN"));
    const refusal = algorithm.accept({ object, output, now: Date.now() });
    await expect(refusal).rejects.toMatchObject({ verdict: { status: "invalid", code: "key-revoked" } });
  });

  for (const [answer, code] of [
    ["1", "key-revoked"],
    ["2", "key-revoked-softly"],
    ["3", "key-revoked-softly"],
  ] as const) {
    it(`a key revoked with gpg's reason ${answer}`, async () => {
      const past = ["--faked-system-time", "20250101T000000!"];
      const fingerprint = await home.generate(`Reason ${answer}`, "ed25519", "sign", "never", past);
      const output = await home.gpg([...past, "--local-user", fingerprint, "--detach-sign"], object.bytes);
      const dialogue = `y\n${answer}\n\ny\n`;
      const command = [
        "--no-batch",
        "--no-tty",
        "--status-fd",
        "2",
        "--command-fd",
        "0",
        "--armor",
        "--gen-revoke",
        fingerprint,
      ];
      const revocation = await home.gpg(command, dialogue);
      const algorithm = openpgp({ keys: [await home.export(fingerprint), revocation] });
      const refusal = algorithm.accept({ object, output, now: Date.now() });
      await expect(refusal).rejects.toMatchObject({ verdict: { code } });
    });
  }
});

describe("a signature of ours", () => {
  const kinds = [
    { type: "ecc", curve: "curve25519Legacy" },
    { type: "ecc", curve: "nistP256" },
    { type: "ecc", curve: "nistP521" },
    { type: "rsa", rsaBits: 2048 },
    { type: "ecc", curve: "curve25519Legacy", subkeys: [{ sign: true }] },
  ];
  for (const kind of kinds) {
    it(`is good for gpg: ${JSON.stringify(kind)}`, async () => {
      const generate = library.generateKey as unknown as (
        options: object,
      ) => Promise<{ privateKey: library.PrivateKey }>;
      const userIDs = [{ name: "Page", email: "page@example.org" }];
      const { privateKey } = await generate({ userIDs, format: "object", ...structuredClone(kind) });
      const output = await openpgpSigner(privateKey).sign(object.bytes);
      const { keyId, value } = await openpgp().accept({ object, output, now: Date.now() });
      await home.gpg(["--import"], privateKey.toPublic().armor());
      const [data, signature] = [join(home.folder, "data"), join(home.folder, "data.sig")];
      await writeFile(data, object.bytes);
      for (const written of [
        Buffer.from(String(value), "base64"),
        utf8(output.slice(0, output.indexOf("-----BEGIN PGP PUBLIC"))),
      ]) {
        await writeFile(signature, written);
        const status = (await home.gpg(["--status-fd", "1", "--verify", signature, data])).toString();
        expect(status).toMatch(/^\[GNUPG:\] VALIDSIG /m);
        expect(status).toContain(keyId.split(":")[2]);
      }
      await writeFile(data, `${new TextDecoder().decode(object.bytes)} `);
      await expect(home.gpg(["--verify", signature, data])).rejects.toThrow("BAD signature");
    });
  }
});

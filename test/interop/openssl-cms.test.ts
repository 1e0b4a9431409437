import { type CertificatePrivateKey, cms, cmsSigner, x509, x509Signer } from "matrix-countersign/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { readSignable } from "../../src/model/signable.js";
import {
  asElementSigns,
  caExtensions,
  makeOpensslFolder,
  type OpensslFolder,
} from "../support/openssl-certificates.js";

const userId = "@alice:example.org";
const masterKey = encodeBase64(new Uint8Array(32).fill(5));
const object = readSignable(
  { user_id: userId, usage: ["master"], keys: { [`ed25519:${masterKey}`]: masterKey } },
  userId,
);
const text = new TextDecoder().decode(object.bytes);
const keys = ["rsa2048", "rsa4096", "p256", "p384", "p521"] as const;
let openssl: OpensslFolder;
let trustedCertificates: string;

beforeAll(async () => {
  openssl = await makeOpensslFolder();
  const extensions = [
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid",
    "subjectAltName=URI:matrix:u/alice:example.org",
  ];
  await openssl.make("root", { extensions: caExtensions, key: "rsa2048" });
  await openssl.make("middle", {
    issuer: "root",
    extensions: [...caExtensions, "authorityKeyIdentifier=keyid"],
    key: "rsa4096",
  });
  for (const key of keys)
    await openssl.make(key, { issuer: "middle", extensions: ["keyUsage=digitalSignature", ...extensions], key });
  await openssl.write("middle-and-root.pem", (await openssl.pem("middle")) + (await openssl.pem("root")));
  trustedCertificates = await openssl.pem("root");
});
afterAll(() => openssl?.dispose());

const input = () => ({ object, now: Date.now() });

describe("what openssl cms signs is accepted and verified", () => {
  const digests: Record<string, string> = { p384: "sha384", p521: "sha512" };
  const ways: readonly (readonly [string, readonly string[]])[] = [
    ["with its usual attributes", []],
    ["without attributes", ["-noattr"]],
    ["as CAdES-BES", ["-cades"]],
    ["by key identifier", ["-keyid"]],
  ];

  it.each(keys.flatMap((key) => ways.map(([what, options]) => [key, what, options] as const)))(
    "%s, %s",
    async (key, _what, options) => {
      const extra = [...options, "-md", digests[key] ?? "sha256", "-outform", "DER"];
      const output = await openssl.sign(text, key, ["middle"], extra);
      const { keyId, value, verdict } = await cms({ trustedCertificates }).accept({ ...input(), output });
      expect(verdict).toMatchObject({
        code: "valid",
        certificate: { isIssuerInKeyId: true, paths: [{ ownerNamedBy: "uri" }] },
      });
      expect(keyId).toMatch(/^custom:org\.ietf\.cms:[A-Za-z0-9+/]{27}$/);
      expect(value).toBe(encodeBase64(output));
    },
  );

  it.each([
    ["sha256", "32"],
    ["sha384", "48"],
    ["sha512", "64"],
    ["sha512", "20"],
  ])("RSASSA-PSS, %s and %s bytes of salt", async (digest, salt) => {
    const pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", `rsa_pss_saltlen:${salt}`, "-md", digest];
    const output = await openssl.sign(text, "rsa2048", ["middle"], [...pss, "-outform", "PEM"]);
    expect((await cms({ trustedCertificates }).accept({ ...input(), output })).verdict.code).toBe("valid");
  });

  it("as Element signs, and by the very command lines handed out", async () => {
    const algorithm = x509({ trustedCertificates });
    const byHand = await openssl.sign(text, "rsa2048", ["middle"], asElementSigns);
    expect((await algorithm.accept({ ...input(), output: byHand })).verdict.code).toBe("valid");
    await openssl.write("certificate.pem", await openssl.pem("rsa2048"));
    await openssl.write("key.pem", await openssl.key("rsa2048"));
    await openssl.write("chain.pem", await openssl.pem("middle"));
    for (const verifier of [algorithm, cms({ trustedCertificates })]) {
      const [pipe, file] = verifier.commands(object.bytes);
      const piped = await openssl.shell(pipe?.command ?? "");
      await openssl.write(file?.inputFile ?? "", object.bytes);
      await openssl.shell(file?.command ?? "");
      for (const output of [piped, await openssl.read(file?.outputFile ?? "")]) {
        expect((await verifier.accept({ ...input(), output })).verdict.code).toBe("valid");
      }
    }
  });
});

describe("what is signed here, openssl cms verifies", () => {
  const verify = async (pem: string): Promise<string> => {
    await openssl.write("signature", pem);
    await openssl.write("content", object.bytes);
    const args = [
      "-verify",
      "-binary",
      "-inform",
      "PEM",
      "-in",
      "signature",
      "-content",
      "content",
      "-CAfile",
      "root.pem",
    ];
    return (await openssl.run("cms", ...args, "-purpose", "any")).toString();
  };
  const certificates = async (name: string): Promise<string> =>
    (await openssl.pem(name)) + (await openssl.pem("middle"));

  it.each(keys)("%s, with CAdES attributes and without", async (key) => {
    for (const cades of [false, true]) {
      const signer = cmsSigner({ privateKey: await openssl.key(key), certificates: await certificates(key), cades });
      expect(await verify(await signer.sign(object.bytes))).toBe(text);
    }
  });

  it("as Element signs", async () => {
    const signer = x509Signer({
      privateKey: await openssl.key("rsa4096"),
      certificates: await certificates("rsa4096"),
    });
    expect(await verify(await signer.sign(object.bytes))).toBe(text);
    await expect(verify(await signer.sign(utf8("something else")))).rejects.toThrow();
  });
});

describe("private keys as openssl writes them", () => {
  const signs = async (privateKey: CertificatePrivateKey, more: object = {}): Promise<void> => {
    const signer = cmsSigner({ privateKey, ...more });
    const { verdict } = await cms({ trustedCertificates }).accept({
      ...input(),
      output: await signer.sign(object.bytes),
    });
    expect(verdict.code).toBe("valid");
  };
  const export12 = async (key: string, ...options: readonly string[]): Promise<Buffer> => {
    const from = ["-in", `${key}.pem`, "-inkey", `${key}.key`, "-certfile", "middle-and-root.pem"];
    return openssl.run("pkcs12", "-export", ...from, "-passout", "pass:sésame", ...options);
  };

  it.each(["rsa2048", "p256", "p521"])("PKCS#12 with %s, as bytes and as base64", async (key) => {
    const pkcs12 = await export12(key);
    await signs({ pkcs12, password: "sésame" });
    await signs({ pkcs12: pkcs12.toString("base64"), password: "sésame" });
  });

  it.each([
    ["with certificates in the clear", ["-certpbe", "NONE"]],
    ["with AES-128", ["-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC"]],
    ["without a MAC", ["-nomac"]],
    ["with many iterations", ["-iter", "100000"]],
  ])("PKCS#12 %s", async (_what, options) => {
    await signs({ pkcs12: await export12("p256", ...options), password: "sésame" });
  });

  it("PKCS#12 with another password, or of old, is refused in words", async () => {
    const keysError = (message: RegExp): object =>
      expect.objectContaining({ code: "ERR_ALGORITHM_KEYS", message: expect.stringMatching(message) });
    const pkcs12 = await export12("p256");
    await expect(cmsSigner({ privateKey: { pkcs12, password: "other" } }).sign(object.bytes)).rejects.toEqual(
      keysError(/password/),
    );
    const old = await export12("p256", "-legacy");
    await expect(cmsSigner({ privateKey: { pkcs12: old, password: "sésame" } }).sign(object.bytes)).rejects.toEqual(
      keysError(/OpenSSL 3/),
    );
  });

  it("PKCS#8 with a passphrase", async () => {
    const more = { certificates: (await openssl.pem("p384")) + (await openssl.pem("middle")) };
    const out = await openssl.run("pkcs8", "-topk8", "-in", "p384.key", "-passout", "pass:secret");
    await signs({ key: out.toString(), passphrase: "secret" }, more);
    await expect(signs({ key: out.toString(), passphrase: "other" }, more)).rejects.toMatchObject({
      code: "ERR_ALGORITHM_KEYS",
    });
    await expect(signs(out.toString(), more)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
  });
});

it("says beforehand how large a signature will be: the leaf alone may fit, the chain of RSA-4096 never", async () => {
  const under = async (key: string, names: readonly string[]) => {
    const pems = await Promise.all(names.map((name) => openssl.pem(name)));
    return cmsSigner({ privateKey: await openssl.key(key), certificates: pems.join("") }).estimate();
  };
  expect((await under("p256", ["p256"])).most).toBeLessThan(2048);
  const large = await under("rsa4096", ["rsa4096", "middle"]);
  expect(large.least).toBe(large.most);
  expect(large.least).toBeGreaterThan(4000);
});

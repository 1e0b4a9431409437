import { describe, expect, it } from "vitest";
import { cms, cmsSigner, x509, x509Signer } from "../../src/algorithms/x509.js";
import type { Bytes } from "../../src/encoding/bytes.js";
import { signatureSize } from "../../src/model/size.js";
import {
  makeAuthority,
  makeKey,
  signBytes,
  type TestCertificate,
  type TestKeyKind,
  testTime,
} from "../support/certificates.js";
import { makeRoot, makeSigner, masterKeyOf, privateKeyPem } from "../support/x509-signatures.js";

const root = makeRoot();
const middle = makeAuthority({ subject: "Middle", issuer: root });
const object = masterKeyOf();
const options = { trustedCertificates: root.pem };
const input = { object, now: testTime };
const keysError = expect.objectContaining({ code: "ERR_ALGORITHM_KEYS" });

const pkcs8 = ({ privateKey }: TestCertificate): Bytes =>
  new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" }));

describe("x509Signer", () => {
  const leaf = makeSigner(middle);
  const certificates = [middle.pem, leaf.pem];

  it("makes what x509() accepts, from PKCS#8 in PEM and DER, whatever the order of certificates", async () => {
    for (const privateKey of [privateKeyPem(leaf), { key: pkcs8(leaf) }]) {
      const signer = x509Signer({ privateKey, certificates });
      const output = await signer.sign(object.bytes);
      expect(output).toMatch(/^-----BEGIN CMS-----\n/);
      const accepted = await x509(options).accept({ ...input, output });
      expect(accepted.keyId).toBe(`io.element.x509:${Buffer.from(root.keyId).toString("base64").replace(/=+$/, "")}`);
      expect(accepted.verdict).toMatchObject({ code: "valid", certificate: { isIssuerInKeyId: true } });
      const size = signatureSize(accepted.keyId, accepted.value);
      expect(await signer.estimate()).toEqual({ least: size, most: size, isBound: false });
    }
  });

  it("signs with a key that cannot leave WebCrypto, and with one that is kept elsewhere", async () => {
    const algorithm = { name: "RSA-PSS", hash: "SHA-512" };
    const platformKey = await crypto.subtle.importKey("pkcs8", pkcs8(leaf), algorithm, false, ["sign"]);
    const asked: unknown[] = [];
    const remote = {
      sign: (bytes: Bytes, scheme: unknown) => {
        asked.push(scheme);
        return Buffer.from(signBytes(leaf.privateKey, bytes, { hash: "sha512", pssSaltLength: 64 })).toString("base64");
      },
    };
    for (const privateKey of [platformKey, remote]) {
      const output = await x509Signer({ privateKey, certificates: [leaf.pem, middle.pem] }).sign(object.bytes);
      expect((await x509(options).accept({ ...input, output })).verdict.code).toBe("valid");
    }
    expect(asked).toEqual([{ kind: "rsa-pss", hash: "SHA-512", saltLength: 64 }]);
  });

  it("gives matrix-js-sdk the signer that it asks for", async () => {
    const signer = x509Signer({ privateKey: privateKeyPem(leaf), certificates });
    const { x509Signer: sign, x509Validity } = await signer.toElementSigner();
    const { signature_bytes, certificate_chain, signature_scheme } = await sign(object.bytes);
    expect(signature_scheme).toBe("RsaPssSha512");
    expect(certificate_chain).toBe(leaf.pem + middle.pem);
    expect(signature_bytes).toHaveLength(256);
    expect(x509Validity()).toBe(testTime + 30 * 86_400_000 + 999);
  });

  it("refuses keys of another kind, of another certificate, for another digest, and forgotten ones", async () => {
    const other = makeSigner(middle, { key: makeKey("rsa2048", 1) });
    const ec = makeSigner(middle, { key: "p256" });
    const wrongHash = await crypto.subtle.importKey("pkcs8", pkcs8(leaf), { name: "RSA-PSS", hash: "SHA-256" }, false, [
      "sign",
    ]);
    const attempts = [
      { privateKey: privateKeyPem(other), certificates },
      { privateKey: privateKeyPem(ec), certificates: ec.pem },
      { privateKey: privateKeyPem(leaf) },
      { privateKey: wrongHash, certificates },
      { privateKey: leaf.pem, certificates },
      { privateKey: { sign: () => new Uint8Array(256) }, certificates },
      { privateKey: { pkcs12: new Uint8Array(20), password: "x" } },
    ];
    for (const attempt of attempts) await expect(x509Signer(attempt).sign(object.bytes)).rejects.toEqual(keysError);
    const signer = x509Signer({ privateKey: privateKeyPem(leaf), certificates });
    signer.forget();
    await expect(signer.sign(object.bytes)).rejects.toEqual(keysError);
    for (const privateKey of [undefined, 5, {}]) expect(() => x509Signer({ privateKey } as never)).toThrow(keysError);
    expect(() => x509Signer({ privateKey: leaf.pem, certificates: privateKeyPem(leaf) })).toThrow(keysError);
    expect(() => x509Signer(null as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  it("says nothing of a private key in its errors", async () => {
    const secret = privateKeyPem(leaf);
    const spoiled = secret.replace(/\n(.{10})/, "\n");
    const error = await x509Signer({ privateKey: spoiled, certificates })
      .sign(object.bytes)
      .catch((caught: unknown) => caught);
    expect(JSON.stringify([String(error), Object.entries(error as object)])).not.toContain(secret.slice(40, 60));
    expect((error as Error).cause).toBeUndefined();
  });
});

describe("cmsSigner", () => {
  it.each<TestKeyKind>(["rsa2048", "p256", "p384", "p521", "ed25519"])(
    "signs with %s, with CAdES attributes and without",
    async (kind) => {
      const leaf = makeSigner(root, { key: makeKey(kind) });
      for (const cades of [false, true]) {
        const signer = cmsSigner({ privateKey: privateKeyPem(leaf), certificates: leaf.pem, cades });
        const { keyId, value, verdict } = await cms(options).accept({
          ...input,
          output: await signer.sign(object.bytes),
        });
        expect(verdict.code).toBe("valid");
        const size = signatureSize(keyId, value);
        const { least, most } = await signer.estimate();
        expect([least <= size, size <= most, most - least < 30]).toEqual([true, true, true]);
      }
    },
  );

  it("takes what a card returns of ECDSA: both numbers, or DER", async () => {
    const leaf = makeSigner(root, { key: "p256" });
    const der = (bytes: Bytes): Uint8Array => signBytes(leaf.privateKey, bytes);
    const key = await crypto.subtle.importKey("pkcs8", pkcs8(leaf), { name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
    ]);
    const raw = async (bytes: Bytes): Promise<Uint8Array> =>
      new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytes));
    for (const sign of [der, raw]) {
      const output = await cmsSigner({ privateKey: { sign }, certificates: leaf.pem }).sign(object.bytes);
      expect((await cms(options).accept({ ...input, output })).verdict.code).toBe("valid");
    }
  });
});

describe("accept", () => {
  const leaf = makeSigner(middle, { key: "p256" });
  const sign = (certificates: readonly TestCertificate[]): Promise<string> =>
    cmsSigner({ privateKey: privateKeyPem(leaf), certificates: certificates.map(({ pem }) => pem) }).sign(object.bytes);

  it("reads PEM with text around it, base64 in lines, and DER, and writes one form", async () => {
    const pem = await sign([leaf, middle]);
    const base64 = pem.split("\n").slice(1, -2).join("\n");
    const der = new Uint8Array(Buffer.from(base64, "base64"));
    const outputs = [pem, `Signed:\r\n${pem.replaceAll("\n", "\r\n")}`, base64, der, new TextEncoder().encode(pem)];
    const values = await Promise.all(
      outputs.map(async (output) => (await cms(options).accept({ ...input, output })).value),
    );
    expect(new Set(values)).toEqual(new Set([Buffer.from(der).toString("base64").replace(/=+$/, "")]));
  });

  it("refuses private keys, several signatures, and what is no CMS, without repeating it", async () => {
    const pem = await sign([leaf, middle]);
    const malformed = expect.objectContaining({ code: "ERR_ACCEPT_MALFORMED" });
    for (const output of [privateKeyPem(leaf), pem + pem, leaf.pem, "nonsense!", "", leaf.der, null, 5]) {
      await expect(cms(options).accept({ ...input, output: output as string })).rejects.toEqual(malformed);
    }
  });

  it("refuses what would not be valid, with the verdict", async () => {
    const output = await sign([leaf]);
    const refused = { code: "ERR_ACCEPT_NOT_VALID", verdict: { code: "no-path" } };
    await expect(cms(options).accept({ ...input, output })).rejects.toMatchObject(refused);
    const other = masterKeyOf("@alice:example.org", 9);
    const rejection = cms(options).accept({ ...input, object: other, output: await sign([leaf, middle]) });
    await expect(rejection).rejects.toMatchObject({ verdict: { code: "bad-signature" } });
  });
});

import { expect, it } from "vitest";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { cms } from "../../src/algorithms/x509.js";
import { derNull, derSequence } from "../../src/encoding/der-writer.js";
import { algorithmOf, makeKey, pssAlgorithm, type TestKeyKind } from "../support/certificates.js";
import { makeCms, type TestCmsWishes } from "../support/cms.js";
import { cmsBase64, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

/**
 * A signature that is right under one algorithm is presented under another: the identifiers beside it are not signed where there
 * are no attributes, so the reader must not let them choose.
 */
const root = makeRoot();
const algorithm = cms({ trustedCertificates: root.pem });
const content = masterKeyOf().bytes;
const codeOf = async (kind: TestKeyKind, wishes: Partial<TestCmsWishes>): Promise<string> =>
  (await judge(algorithm, cmsBase64(makeCms({ content, signer: makeSigner(root, { key: makeKey(kind) }), ...wishes }))))
    .code;

const claims: readonly (readonly [string, Uint8Array])[] = [
  ["RSA PKCS#1 v1.5, SHA-256", derSequence(encodedOid(oid.sha256WithRsa), derNull())],
  ["RSA PKCS#1 v1.5, SHA-512", derSequence(encodedOid(oid.sha512WithRsa), derNull())],
  ["RSA PKCS#1 v1.5, digest beside", derSequence(encodedOid(oid.rsaEncryption), derNull())],
  ["RSASSA-PSS, SHA-256", pssAlgorithm("sha256", "sha256", 32)],
  ["ECDSA, SHA-256", derSequence(encodedOid(oid.ecdsaWithSha256))],
  ["ECDSA, SHA-512", derSequence(encodedOid(oid.ecdsaWithSha512))],
  ["Ed25519", derSequence(encodedOid(oid.ed25519))],
  ["the digest itself", derSequence(encodedOid(oid.sha256))],
  ["a key's identifier", derSequence(encodedOid(oid.ecPublicKey), encodedOid(oid.p256))],
  ["nothing that exists", derSequence(encodedOid("1.3.6.1.4.1.99999.3"))],
];
const kinds: readonly (readonly [TestKeyKind, TestCmsWishes["signedBy"]])[] = [
  ["rsa2048", {}],
  ["rsa2048", { pssSaltLength: 32 }],
  ["p256", {}],
  ["p384", { hash: "sha384" }],
  ["ed25519", {}],
];

it.each(kinds)("what %s signs as %o is valid under its own algorithm alone", async (kind, signedBy = {}) => {
  const valid: string[] = [];
  for (const attributes of [null, []]) {
    for (const [name, claimed] of claims) {
      const code = await codeOf(kind, { attributes, signedBy: { ...signedBy, claimed } });
      if (code === "valid") valid.push(name);
    }
  }
  const own =
    kind === "ed25519"
      ? "Ed25519"
      : kind === "p256"
        ? "ECDSA, SHA-256"
        : signedBy.pssSaltLength
          ? "RSASSA-PSS, SHA-256"
          : "RSA PKCS#1 v1.5, SHA-256";
  const alsoOwn = own === "RSA PKCS#1 v1.5, SHA-256" ? ["RSA PKCS#1 v1.5, digest beside"] : [];
  const expected = kind === "p384" ? [] : [own, ...alsoOwn];
  expect(valid).toEqual([...expected, ...expected]);
});

it("the digest beside a signature cannot be changed, nor be weaker or another than the signature's", async () => {
  for (const attributes of [null, []]) {
    expect(await codeOf("rsa2048", { attributes, digest: "sha512" })).toBe("bad-signature");
    expect(await codeOf("p256", { attributes, digest: "sha384" })).toBe("bad-signature");
    expect(await codeOf("p256", { attributes, digest: "sha1" })).toBe("weak-algorithm");
    expect(await codeOf("ed25519", { attributes, digest: "sha256" })).toBe("bad-signature");
  }
});

it("a key for RSASSA-PSS alone verifies no PKCS#1 v1.5", async () => {
  const claimed = algorithmOf(makeKey("rsa2048"));
  expect(await codeOf("rsa-pss2048", {})).toBe("valid");
  expect(await codeOf("rsa-pss2048", { signedBy: { claimed } })).toBe("bad-signature");
});

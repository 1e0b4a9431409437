import { expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { makeAuthority, makeCertificate, makeKey, makeLeaf, type TestCertificate } from "../support/certificates.js";
import {
  alice,
  cmsBase64,
  cmsPem,
  elementCms,
  judge,
  makeRoot,
  makeSigner,
  uriOf,
} from "../support/x509-signatures.js";

/**
 * A subject key identifier is what a certificate says of itself. Mallory makes certificates that say the same as others do, so that
 * one reader takes this one for the signer's and another that one.
 */
const root = makeRoot();
const options = { trustedCertificates: root.pem };
const { subjectKeyId, subjectAltName, keyUsage } = certificateExtension;
const named = (userId: string): Uint8Array => subjectAltName(generalName.uri(uriOf(userId)));
const leaf = makeSigner(root);

/** A certificate with the key identifier of another one. */
function posingAs({ keyId }: TestCertificate, userId: string, issuer: TestCertificate, slot = 1): TestCertificate {
  const extensions = [subjectKeyId(keyId), keyUsage("digitalSignature"), named(userId)];
  return makeCertificate({
    subject: "Mallory",
    issuer,
    key: makeKey("rsa2048", slot),
    withoutKeyIds: true,
    extensions,
  });
}

it("two certificates of one identifier: neither is chosen, in whatever order, under whatever root", async () => {
  for (const issuer of [root, makeRoot({ subject: "Nobody's root" })]) {
    const twin = posingAs(leaf, "@mallory:example.org", issuer);
    for (const certificates of [
      [leaf, twin],
      [twin, leaf],
    ]) {
      const der = elementCms(leaf, { certificates });
      expect((await judge(x509(options), cmsPem(der))).code).toBe("malformed");
      expect((await judge(cms(options), cmsBase64(der))).code).toBe("malformed");
    }
  }
});

it("a certificate of Alice's that poses as Mallory's key lends her no name", async () => {
  const mallory = makeSigner(root, {
    key: makeKey("rsa2048", 1),
    names: [generalName.uri("matrix:u/mallory:example.org")],
  });
  const alices = posingAs(mallory, alice, root, 0);
  const der = elementCms(mallory, { certificates: [alices] });
  for (const algorithm of [x509(options), cms(options)]) {
    expect((await judge(algorithm, cmsPem(der))).code).toBe("bad-signature");
  }
});

it("a CA that poses as another by name and identifier issues nothing", async () => {
  const mallorysCa = makeCertificate({
    subject: "Root",
    withoutKeyIds: true,
    extensions: [certificateExtension.basicConstraints(true), keyUsage("keyCertSign"), subjectKeyId(root.keyId)],
  });
  const forged = makeLeaf({
    issuer: { ...mallorysCa, keyId: root.keyId },
    key: makeKey("rsa2048", 1),
    extensions: [named(alice)],
  });
  const der = elementCms(forged, { certificates: [forged, mallorysCa] });
  expect((await judge(x509(options), cmsPem(der))).code).toBe("no-path");
  const between = makeAuthority({ subject: "Root", issuer: mallorysCa });
  const deeper = makeLeaf({ issuer: between, key: makeKey("rsa2048", 1), extensions: [named(alice)] });
  const long = elementCms(deeper, { certificates: [deeper, between, mallorysCa] });
  expect((await judge(x509(options), cmsPem(long))).code).toBe("no-path");
});

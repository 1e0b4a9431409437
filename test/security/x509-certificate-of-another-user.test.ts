import { expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { makeKey, makeLeaf } from "../support/certificates.js";
import {
  alice,
  cmsBase64,
  cmsPem,
  elementCms,
  judge,
  makeRoot,
  makeSigner,
  masterKeyOf,
  uriOf,
} from "../support/x509-signatures.js";

/** Mallory, whom the same CA gave a certificate, takes over what is Alice's, or has what is hers pass for Alice's. */
const root = makeRoot();
const options = { trustedCertificates: root.pem };
const mallory = "@mallory:example.org";
const mallorysKey = makeKey("rsa2048", 1);
const mallorys = makeSigner(root, { key: mallorysKey, names: [generalName.uri(uriOf(mallory))] });
const alices = makeSigner(root);

it("Mallory's signature on Alice's master key is not Alice's", async () => {
  expect((await judge(x509(options), cmsPem(elementCms(mallorys)))).code).toBe("name-mismatch");
  const { code, certificate } = await judge(cms(options), cmsBase64(elementCms(mallorys)));
  // org.ietf.cms leaves it to policy, and shows what policy needs.
  expect([code, certificate?.paths[0]?.ownerNamedBy]).toEqual(["valid", undefined]);
});

it("Alice's certificate in the place of Mallory's verifies nothing that Mallory signed", async () => {
  const posing = { ...mallorys, keyId: alices.keyId, serialNumber: alices.serialNumber, der: alices.der };
  for (const identifier of ["subjectKeyIdentifier", "issuerAndSerialNumber"] as const) {
    const der = elementCms(posing, { identifier, certificates: [alices, mallorys] });
    expect((await judge(cms(options), cmsBase64(der))).code).toBe("bad-signature");
  }
});

it("Alice's signature on her own key cannot be moved to Mallory's", async () => {
  const value = cmsPem(elementCms(alices));
  expect((await judge(x509(options), value)).code).toBe("valid");
  for (const userId of [mallory, "@Alice:example.org", "@alice:example.com"]) {
    expect((await judge(x509(options), value, { object: masterKeyOf(userId) })).code).toBe("bad-signature");
  }
});

it("a user ID that looks like a part of Alice's name is not hers", async () => {
  const lookalikes = [
    "@alic:example.org",
    "@alice:example.org.evil.example",
    "@alice:example.org:8448",
    "@:example.org",
  ];
  for (const userId of lookalikes) {
    const value = cmsPem(elementCms(alices, { content: masterKeyOf(userId).bytes }));
    expect((await judge(x509(options), value, { object: masterKeyOf(userId) })).code).toBe("name-mismatch");
  }
});

it("a certificate that Alice's own issues in her name counts for nothing", async () => {
  const issued = makeLeaf({
    issuer: alices,
    key: mallorysKey,
    extensions: [certificateExtension.subjectAltName(generalName.uri(uriOf(alice)))],
  });
  const der = elementCms(issued, { certificates: [issued, alices] });
  expect((await judge(x509(options), cmsPem(der))).code).toBe("not-a-ca");
});

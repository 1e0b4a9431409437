import { expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { generalName } from "../support/certificate-extensions.js";
import { day, testTime } from "../support/certificates.js";
import { cmsBase64, cmsPem, elementCms, judge, makeRoot, makeSigner } from "../support/x509-signatures.js";

/**
 * Mallory's certificate has her own Matrix URI and, since HR once mistyped it, Alice's e-mail address. A policy that maps addresses
 * must not find Alice in it, today or within the grace after its end.
 */
const root = makeRoot();
const { uri, mail } = generalName;
const aliceMail = mail("alice@example.org");
const subject = { CN: "Mallory", emailAddress: "alice@example.org" };
const options = { trustedCertificates: root.pem };

it.each([
  ["her URI and the address", { names: [uri("matrix:u/mallory:example.org"), aliceMail] }],
  ["the address before her URI", { names: [aliceMail, uri("matrix:u/mallory:example.org")] }],
  ["the address in the subject", { names: [uri("matrix:u/mallory:example.org")], subject }],
  ["a URI that cannot be read", { names: [uri("matrix:u/mallory"), aliceMail] }],
  ["a URI of a room", { names: [uri("MATRIX:r/room:example.org"), aliceMail] }],
])("hands no address on beside a Matrix URI: %s", async (_what, wishes) => {
  const current = await judge(cms(options), cmsBase64(elementCms(makeSigner(root, wishes))));
  expect(current.certificate?.paths).toMatchObject([{ emails: [] }]);
  expect(current.certificate?.paths[0]).not.toHaveProperty("ownerNamedBy");
  const ended = elementCms(makeSigner(root, { ...wishes, notAfter: testTime - day }));
  const past = await judge(cms(options), cmsBase64(ended));
  expect(past.certificate?.lapsedPaths).toMatchObject([{ code: "cert-expired", emails: [] }]);
  expect(past.certificate?.lapsedPaths[0]).not.toHaveProperty("ownerNamedBy");
  expect((await judge(x509(options), cmsPem(ended))).certificate?.lapsedPaths).toEqual([]);
});

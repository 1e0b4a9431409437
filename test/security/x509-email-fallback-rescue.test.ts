import { expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { generalName } from "../support/certificate-extensions.js";
import { cmsBase64, cmsPem, elementCms, judge, makeRoot, makeSigner } from "../support/x509-signatures.js";

/**
 * A CA that checks addresses gives Mallory a certificate for her own Matrix URI; she has it hold Alice's address as well, or Alice's
 * address alone where the CA checks URIs. A reader that tries one name after the other takes it for Alice's.
 */
const root = makeRoot();
const { uri, mail } = generalName;
const malloryUri = uri("matrix:u/mallory:example.org");
const aliceMail = mail("alice@example.org");

it.each([
  ["an address behind the URI", { names: [malloryUri, aliceMail] }],
  ["an address before the URI", { names: [aliceMail, malloryUri] }],
  ["an address in the subject", { names: [malloryUri], subject: { CN: "M", emailAddress: "alice@example.org" } }],
  ["a URI of Matrix that nobody can read", { names: [uri("matrix:u/mallory"), aliceMail] }],
  ["a URI of Matrix for something else", { names: [uri("matrix:r/room:example.org"), aliceMail] }],
  ["a URI of Matrix in capitals", { names: [uri("MATRIX:U/MALLORY:EXAMPLE.ORG"), aliceMail] }],
  [
    "an empty address before the subject's",
    { names: [mail("")], subject: { CN: "M", emailAddress: "alice@example.org" } },
  ],
  [
    "Mallory's address before the subject's",
    { names: [mail("mallory@example.org")], subject: { CN: "M", emailAddress: "alice@example.org" } },
  ],
])("no address rescues a URI that names somebody else: %s", async (_what, wishes) => {
  const value = elementCms(makeSigner(root, wishes));
  const options = { trustedCertificates: root.pem };
  expect(await judge(x509(options), cmsPem(value))).toMatchObject({ status: "invalid", code: "name-mismatch" });
  const { certificate } = await judge(cms(options), cmsBase64(value));
  expect(certificate?.paths.map(({ ownerNamedBy }) => ownerNamedBy)).toEqual([undefined]);
});

import { expect, it } from "vitest";
import { cms } from "../../src/algorithms/x509.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { makeAuthority, type TestCertificate } from "../support/certificates.js";
import { cmsBase64, elementCms, judge, makeRoot, makeSigner } from "../support/x509-signatures.js";

/**
 * A mail provider's CA certifies whoever reads a mailbox. Mallory gets the address `alice@example.org` at a provider for that
 * domain, or one that looks like it, and signs Alice's master key: the Matrix user of that name is another person.
 */
const root = makeRoot();
const { mail, dns, directory, uri } = generalName;

async function evidence(leaf: TestCertificate, ...above: TestCertificate[]): Promise<unknown> {
  const algorithm = cms({ trustedCertificates: root.pem });
  const verdict = await judge(algorithm, cmsBase64(elementCms(leaf, { certificates: [leaf, ...above] })));
  expect(verdict.code).toBe("valid");
  return verdict.certificate?.paths.map(({ ownerNamedBy, emails }) => [ownerNamedBy, emails]);
}

it("an address names no Matrix user by itself", async () => {
  const leaf = makeSigner(root, { names: [mail("alice@example.org")] });
  expect(await evidence(leaf)).toEqual([[undefined, ["alice@example.org"]]]);
  const subject = { CN: "Alice", emailAddress: "alice@example.org" };
  expect(await evidence(makeSigner(root, { names: [], subject }))).toEqual([[undefined, ["alice@example.org"]]]);
});

it("an address that no table may map is not handed on", async () => {
  const names = [
    "Alice@example.org",
    '"alice"@example.org',
    "alice@evil.org@example.org",
    "alice@Example.org",
    "alice@[10.0.0.1]",
    "alice:x@example.org",
    "alice",
    "",
    "alice@example.org ",
  ].map(mail);
  expect(await evidence(makeSigner(root, { names }))).toEqual([[undefined, []]]);
});

it("the subject's address does not count beside an alternative name that is one", async () => {
  const subject = { CN: "Mallory", emailAddress: "alice@example.org" };
  const leaf = makeSigner(root, { names: [mail("mallory@example.org")], subject });
  expect(await evidence(leaf)).toEqual([[undefined, ["mallory@example.org"]]]);
});

it("an address whose domain a CA may not speak for is not handed on", async () => {
  const under = (wishes: Parameters<typeof certificateExtension.nameConstraints>[0]): Promise<unknown> => {
    const extensions = [certificateExtension.nameConstraints(wishes)];
    const middle = makeAuthority({ subject: "Middle", issuer: root, extensions });
    return evidence(makeSigner(middle, { names: [mail("alice@example.org")] }), middle);
  };
  expect(await under({ permitted: [mail("example.org")] })).toEqual([[undefined, ["alice@example.org"]]]);
  expect(await under({ permitted: [dns("example.org")] })).toEqual([[undefined, ["alice@example.org"]]]);
  for (const wishes of [
    { permitted: [dns("example.com")] },
    { excluded: [dns("example.org")] },
    { permitted: [directory("Alice")] },
    { excluded: [uri("example.com")] },
  ]) {
    expect(await under(wishes)).toEqual([[undefined, []]]);
  }
});

it("a hundred addresses are cut off", async () => {
  const names = Array.from({ length: 100 }, (_, index) => mail(`user${index}@example.org`));
  expect(await evidence(makeSigner(root, { names }))).toMatchObject([[undefined, { length: 32 }]]);
});

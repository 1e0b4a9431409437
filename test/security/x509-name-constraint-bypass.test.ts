import { describe, expect, it } from "vitest";
import { matrixServerPasses } from "../../src/algorithms/shared/name-constraints.js";
import { derSequence, derValue } from "../../src/encoding/der-writer.js";
import { certificateExtension, extension, generalName } from "../support/certificate-extensions.js";
import { makeAuthority, makeLeaf, read, type TestCertificateWishes } from "../support/certificates.js";
import { derAttribute } from "../support/der-name.js";
import { judgePaths } from "../support/path-judge.js";

const { nameConstraints, subjectAltName, basicConstraints } = certificateExtension;
const { dns, mail, directory, uri, other } = generalName;
const root = makeAuthority({ subject: "Root" });

async function codeUnder(
  constraints: Parameters<typeof nameConstraints>[0],
  leaf: TestCertificateWishes,
): Promise<string> {
  const issuer = makeAuthority({ subject: "Limited", issuer: root, extensions: [nameConstraints(constraints)] });
  return (await judgePaths({ chain: [root, issuer, makeLeaf({ ...leaf, issuer })] })).code;
}
const bearing = (...names: Uint8Array[]): TestCertificateWishes => ({ extensions: [subjectAltName(...names)] });

describe("a CA that is limited to its own company cannot name anybody else's people:", () => {
  const own = {
    permitted: [dns("example.org"), mail("example.org"), directory({ O: "Example" })],
    excluded: [uri("")],
  };
  it.each<[string, TestCertificateWishes]>([
    ["by mail in the subject", { subject: { O: "Example", emailAddress: "bob@example.com" } }],
    [
      "by mail in the subject beside good mail",
      { subject: { O: "Example", emailAddress: "bob@example.com" }, ...bearing(mail("a@example.org")) },
    ],
    ["by mail in UTF-8", { subject: { O: "Example" }, ...bearing(other("1.3.6.1.5.5.7.8.9", "bob@example.com")) }],
    [
      "by a mailbox whose local part looks like a good one",
      { subject: { O: "Example" }, ...bearing(mail('"a@example.org"@example.com')) },
    ],
    [
      "by a second name behind a good one",
      { subject: { O: "Example" }, ...bearing(dns("a.example.org"), dns("example.com")) },
    ],
    ["by a host that ends alike", { subject: { O: "Example" }, ...bearing(dns("xexample.org")) }],
    ["by a NUL in a host", { subject: { O: "Example" }, ...bearing(dns("example.com\0.example.org")) }],
    ["by a NUL in a mail address", { subject: { O: "Example" }, ...bearing(mail("bob@example.com\0.example.org")) }],
    ["by another directory name", { subject: { O: "Example" }, ...bearing(directory({ O: "Other" })) }],
    [
      "by an emailAddress inside of a directory name's own place",
      {
        subject: derSequence(
          derAttribute("2.5.4.10", "Example", 0x0c),
          derAttribute("1.2.840.113549.1.9.1", "bob@example.com", 0x0c),
        ),
      },
    ],
    ["by a URI", { subject: { O: "Example" }, ...bearing(uri("matrix:u/bob:example.com")) }],
  ])("%s", async (_what, leaf) => {
    expect(await codeUnder(own, leaf)).toBe("name-constraints");
  });

  it("while its own people are fine", async () => {
    const leaf = {
      subject: { O: "Example", emailAddress: "a@example.org" },
      ...bearing(dns("a.example.org"), mail("a@example.org")),
    };
    expect(await codeUnder(own, leaf)).toBe("valid");
  });
});

describe("what is excluded stays excluded", () => {
  it.each<[string, Uint8Array, TestCertificateWishes]>([
    ["in another case", dns("example.org"), bearing(dns("EXAMPLE.ORG"))],
    ["with a dot at its end", dns("example.org"), bearing(dns("a.example.org."))],
    ["behind a wild card", dns("a.example.org"), bearing(dns("*.example.org"))],
    [
      "in another string type",
      directory({ O: "Evil" }),
      { subject: derSequence(derAttribute("2.5.4.10", "Evil", 0x14)) },
    ],
    ["with more white space", directory({ O: "Evil Corp" }), { subject: { O: " evil   corp " } }],
    ["of the local part in another case", mail("root@example.org"), bearing(mail("ROOT@example.org"))],
  ])("%s", async (_what, base, leaf) => {
    expect(await codeUnder({ excluded: [base] }, leaf)).toBe("name-constraints");
  });
});

describe("limits are not shaken off", () => {
  const limits = nameConstraints({ permitted: [dns("example.org")] });
  const forged = bearing(dns("example.com"));

  it("by a CA below that permits more", async () => {
    const limited = makeAuthority({ subject: "Limited", issuer: root, extensions: [limits] });
    const wide = makeAuthority({
      subject: "Wide",
      issuer: limited,
      extensions: [nameConstraints({ permitted: [dns("")] })],
    });
    expect((await judgePaths({ chain: [root, limited, wide, makeLeaf({ ...forged, issuer: wide })] })).code).toBe(
      "name-constraints",
    );
  });

  it("by a self-issued certificate without them", async () => {
    const limited = makeAuthority({ subject: "Limited", issuer: root, extensions: [limits] });
    const renewed = makeAuthority({ subject: "Limited", issuer: limited });
    expect((await judgePaths({ chain: [root, limited, renewed, makeLeaf({ ...forged, issuer: renewed })] })).code).toBe(
      "name-constraints",
    );
    const selfIssuedLeaf = makeLeaf({ ...forged, subject: "Limited", issuer: renewed });
    expect((await judgePaths({ chain: [root, limited, renewed, selfIssuedLeaf] })).code).toBe("name-constraints");
  });

  it("by being given as a root, nor by not being critical", async () => {
    const limited = makeAuthority({ subject: "Limited", extensions: [limits] });
    expect((await judgePaths({ chain: [limited, makeLeaf({ ...forged, issuer: limited })] })).code).toBe(
      "name-constraints",
    );
    const subtree = derValue(0xa0, derSequence(dns("example.org")));
    const soft = makeAuthority({
      subject: "Soft",
      issuer: root,
      extensions: [extension("2.5.29.30", false, derSequence(subtree))],
    });
    expect((await judgePaths({ chain: [root, soft, makeLeaf({ ...forged, issuer: soft })] })).code).toBe(
      "name-constraints",
    );
  });

  it("by a minimum or maximum that nobody understands", async () => {
    const subtree = derSequence(dns("example.org"), derValue(0x80, Uint8Array.of(1)));
    const odd = extension("2.5.29.30", true, derSequence(derValue(0xa0, subtree)));
    const limited = makeAuthority({ subject: "Odd", issuer: root, extensions: [odd] });
    expect(
      (await judgePaths({ chain: [root, limited, makeLeaf({ ...bearing(dns("example.org")), issuer: limited })] }))
        .code,
    ).toBe("name-constraints");
  });
});

/** OpenSSL lets these through: no constraint of theirs has the form of a Matrix URI. */
it("a Matrix name does not slip through under limits on other kinds of names", async () => {
  const leafUnder = async (constraints: Parameters<typeof nameConstraints>[0]) => {
    const limited = makeAuthority({ subject: "Limited", issuer: root, extensions: [nameConstraints(constraints)] });
    const leaf = makeLeaf({ ...bearing(uri("matrix:u/bob:example.com")), issuer: limited });
    const { code, validPaths } = await judgePaths({ chain: [root, limited, leaf] });
    return { code, counts: matrixServerPasses(validPaths[0]?.chain ?? [await read(root)], "example.com") };
  };
  expect(await leafUnder({ permitted: [dns("example.org")] })).toEqual({ code: "valid", counts: false });
  expect(await leafUnder({ permitted: [mail("example.org")] })).toEqual({ code: "valid", counts: false });
  expect(await leafUnder({ permitted: [directory("Test leaf")] })).toEqual({ code: "valid", counts: false });
  expect(await leafUnder({ excluded: [dns("example.com")] })).toEqual({ code: "valid", counts: false });
  expect(await leafUnder({ permitted: [dns("example.com")] })).toEqual({ code: "valid", counts: true });
});

it("a CA whose constraints are malformed is no certificate", async () => {
  const empty = extension("2.5.29.30", true, derSequence());
  const limited = makeAuthority({ subject: "Empty", issuer: root, extensions: [empty, basicConstraints(true)] });
  await expect(read(limited)).rejects.toMatchObject({ code: "ERR_DER_MALFORMED" });
});

import { describe, expect, it } from "vitest";
import { matrixServerPasses } from "../../src/algorithms/shared/name-constraints.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { makeAuthority, makeLeaf, read, type TestCertificateWishes } from "../support/certificates.js";
import { judgePaths } from "../support/path-judge.js";

const { nameConstraints, subjectAltName } = certificateExtension;
const { dns, mail, uri, ip, directory, other, registeredId } = generalName;
const root = makeAuthority({ subject: "Root" });

type Constraints = Parameters<typeof nameConstraints>[0];

async function passes(constraints: Constraints, leaf: TestCertificateWishes): Promise<boolean> {
  const issuer = makeAuthority({ subject: "CA", issuer: root, extensions: [nameConstraints(constraints)] });
  const { code } = await judgePaths({ chain: [root, issuer, makeLeaf({ ...leaf, issuer })] });
  expect(["valid", "name-constraints"]).toContain(code);
  return code === "valid";
}
const bears = (...names: Uint8Array[]): TestCertificateWishes => ({ extensions: [subjectAltName(...names)] });

const upn = "1.3.6.1.4.1.311.20.2.3";
const smtpUtf8 = "1.3.6.1.5.5.7.8.9";

/** A name, and whether it passes as the one that is permitted and as the one that is excluded. */
const cases: readonly [string, Uint8Array, Uint8Array, { permitted: boolean; excluded: boolean }][] = [
  ["the host itself", dns("example.org"), dns("example.org"), { permitted: true, excluded: false }],
  ["a host below", dns("example.org"), dns("a.b.example.org"), { permitted: true, excluded: false }],
  ["a host that ends alike", dns("example.org"), dns("badexample.org"), { permitted: false, excluded: true }],
  ["a host in capitals", dns("Example.org"), dns("A.EXAMPLE.ORG"), { permitted: true, excluded: false }],
  ["a host with a dot at its end", dns("example.org"), dns("a.example.org."), { permitted: true, excluded: false }],
  ["a host above", dns("a.example.org"), dns("example.org"), { permitted: false, excluded: true }],
  [
    "a base with a dot, and a host below",
    dns(".example.org"),
    dns("a.example.org"),
    { permitted: true, excluded: false },
  ],
  [
    "a base with a dot, and the host itself",
    dns(".example.org"),
    dns("example.org"),
    { permitted: false, excluded: false },
  ],
  ["every host", dns(""), dns("example.org"), { permitted: true, excluded: false }],
  ["a wild card inside", dns("example.org"), dns("*.example.org"), { permitted: true, excluded: false }],
  ["a wild card that reaches in", dns("a.example.org"), dns("*.example.org"), { permitted: false, excluded: false }],
  ["a wild card elsewhere", dns("a.example.org"), dns("*.example.com"), { permitted: false, excluded: true }],
  ["no host name", dns("example.org"), dns("ex ample"), { permitted: false, excluded: false }],
  ["a mailbox", mail("a@example.org"), mail("a@EXAMPLE.org"), { permitted: true, excluded: false }],
  ["a mailbox in another case", mail("a@example.org"), mail("A@example.org"), { permitted: false, excluded: false }],
  ["another mailbox", mail("a@example.org"), mail("b@example.org"), { permitted: false, excluded: true }],
  ["a host's mailbox", mail("example.org"), mail("a@example.org"), { permitted: true, excluded: false }],
  [
    "a quoted local part",
    mail("example.org"),
    mail('"a@example.org"@example.com'),
    { permitted: false, excluded: true },
  ],
  ["a mailbox below", mail("example.org"), mail("a@b.example.org"), { permitted: false, excluded: true }],
  ["a mailbox in a domain", mail(".example.org"), mail("a@b.example.org"), { permitted: true, excluded: false }],
  ["the domain's own mailbox", mail(".example.org"), mail("a@example.org"), { permitted: false, excluded: true }],
  ["no mailbox", mail("example.org"), mail("example.org"), { permitted: false, excluded: false }],
  ["mail in UTF-8", mail("example.org"), other(smtpUtf8, "ä@example.org"), { permitted: true, excluded: false }],
  [
    "mail in UTF-8 elsewhere",
    mail("example.org"),
    other(smtpUtf8, "ä@example.com"),
    { permitted: false, excluded: true },
  ],
  [
    "mail in UTF-8 at such a host",
    mail("example.org"),
    other(smtpUtf8, "ä@exämple.org"),
    { permitted: false, excluded: false },
  ],
  ["a URI's host", uri("example.org"), uri("https://example.org:8448/a?b#c"), { permitted: true, excluded: false }],
  [
    "a URI's user name",
    uri("example.org"),
    uri("https://example.org@example.com/"),
    { permitted: false, excluded: true },
  ],
  ["a URI below", uri(".example.org"), uri("https://a.example.org"), { permitted: true, excluded: false }],
  ["a URI with an address", uri("example.org"), uri("https://10.0.0.1/"), { permitted: false, excluded: false }],
  [
    "a URI with an odd host",
    uri("example.org"),
    uri("https://example.com\\@example.org/"),
    { permitted: false, excluded: false },
  ],
  [
    "a URI with an escaped host",
    uri("example.org"),
    uri("https://example%2eorg/"),
    { permitted: false, excluded: false },
  ],
  ["a URI without a host", uri("example.org"), uri("urn:example:org"), { permitted: false, excluded: false }],
  ["a Matrix URI", uri("example.org"), uri("matrix:u/alice:example.org"), { permitted: false, excluded: false }],
  ["an address inside", ip(192, 0, 2, 0, 255, 255, 255, 0), ip(192, 0, 2, 7), { permitted: true, excluded: false }],
  ["an address outside", ip(192, 0, 2, 0, 255, 255, 255, 0), ip(192, 0, 3, 7), { permitted: false, excluded: true }],
  [
    "an address of the other family",
    ip(192, 0, 2, 0, 255, 255, 255, 0),
    ip(...new Array<number>(16).fill(1)),
    { permitted: false, excluded: true },
  ],
  ["half an address", ip(192, 0, 2, 0, 255, 255, 255, 0), ip(192, 0), { permitted: false, excluded: false }],
  [
    "a directory inside",
    directory({ O: "Example" }),
    directory({ O: "EXAMPLE", CN: "Leaf" }),
    { permitted: true, excluded: false },
  ],
  ["a directory outside", directory({ O: "Example" }), directory({ O: "Other" }), { permitted: false, excluded: true }],
  [
    "another kind of name",
    other(upn, "a@example.org"),
    other(upn, "a@example.org"),
    { permitted: false, excluded: false },
  ],
  [
    "a kind that is not understood",
    registeredId("1.2.3"),
    registeredId("1.2.3.4"),
    { permitted: false, excluded: false },
  ],
  [
    "a name of a form that is not constrained",
    dns("example.org"),
    mail("a@example.com"),
    { permitted: true, excluded: true },
  ],
];

describe("one name and one constraint:", () => {
  it.each(cases)("%s", async (what, base, name, expected) => {
    const subject = what.startsWith("a directory") ? { O: "Example" } : "Leaf";
    const inside = await passes({ permitted: [base] }, { subject, ...bears(name) });
    const outside = await passes({ excluded: [base] }, { ...bears(name) });
    expect({ permitted: inside, excluded: outside }).toEqual(expected);
  });
});

describe("several constraints", () => {
  it("of one CA: one permitted is enough, one excluded too many", async () => {
    const constraints = { permitted: [dns("example.org"), dns("example.com")], excluded: [dns("a.example.com")] };
    expect(await passes(constraints, bears(dns("b.example.com")))).toBe(true);
    expect(await passes(constraints, bears(dns("a.example.com")))).toBe(false);
    expect(await passes(constraints, bears(dns("example.org"), dns("example.net")))).toBe(false);
  });

  it("of several CAs all count, the root's too", async () => {
    const constrainedRoot = makeAuthority({
      subject: "Root",
      extensions: [nameConstraints({ permitted: [dns("example.org")] })],
    });
    const lower = makeAuthority({
      subject: "CA",
      issuer: constrainedRoot,
      extensions: [nameConstraints({ permitted: [dns("a.example.org"), dns("example.com")] })],
    });
    const codeFor = async (host: string) =>
      (await judgePaths({ chain: [constrainedRoot, lower, makeLeaf({ issuer: lower, ...bears(dns(host)) })] })).code;
    expect([await codeFor("a.example.org"), await codeFor("b.example.org"), await codeFor("example.com")]).toEqual([
      "valid",
      "name-constraints",
      "name-constraints",
    ]);
  });

  it("bind CAs below, but not self-issued ones; a self-issued leaf they do bind", async () => {
    const constraints = nameConstraints({ permitted: [directory({ O: "Good" })] });
    const upper = makeAuthority({ subject: { O: "Bad" }, issuer: root, extensions: [constraints] });
    const renewed = makeAuthority({ subject: { O: "Bad" }, issuer: upper });
    const other = makeAuthority({ subject: { O: "Worse" }, issuer: upper });
    const leafOf = (issuer: typeof upper, subject = { O: "Good" }) => makeLeaf({ issuer, subject });
    expect((await judgePaths({ chain: [root, upper, renewed, leafOf(renewed)] })).code).toBe("valid");
    expect((await judgePaths({ chain: [root, upper, other, leafOf(other)] })).code).toBe("name-constraints");
    expect((await judgePaths({ chain: [root, upper, leafOf(upper, { O: "Bad" })] })).code).toBe("name-constraints");
  });

  it("bind the subject's emailAddress even beside an alternative name", async () => {
    const constraints = { permitted: [mail("example.org")] };
    const subject = { CN: "Leaf", emailAddress: "a@example.com" };
    expect(await passes(constraints, { subject, ...bears(mail("a@example.org")) })).toBe(false);
    expect(await passes(constraints, { subject: { ...subject, emailAddress: "a@example.org" } })).toBe(true);
  });

  it("past the work that is done for one path let nothing pass", async () => {
    const names = Array.from({ length: 300 }, (_, index) => dns(`h${index}.example.org`));
    const many = { excluded: Array.from({ length: 300 }, (_, index) => dns(`x${index}.example.com`)) };
    expect(await passes(many, bears(...names.slice(0, 30)))).toBe(true);
    expect(await passes(many, bears(...names))).toBe(false);
  });
});

describe("a Matrix name", () => {
  const counts = async (server: string, ...all: readonly (Constraints | undefined)[]): Promise<boolean> => {
    let issuer = root;
    const chain = [root];
    for (const [index, constraints] of all.entries()) {
      issuer = makeAuthority({
        subject: `CA ${index}`,
        issuer,
        extensions: constraints ? [nameConstraints(constraints)] : [],
      });
      chain.push(issuer);
    }
    chain.push(makeLeaf({ issuer }));
    return matrixServerPasses(await Promise.all(chain.map(read)), server);
  };

  it("counts where no CA has name constraints", async () => {
    expect(await counts("example.org", undefined)).toBe(true);
    expect(await counts("10.0.0.1:8448")).toBe(true);
  });

  it.each<[string, Constraints, boolean]>([
    ["example.org", { permitted: [dns("example.org")] }, true],
    ["matrix.example.org:8448", { permitted: [dns("example.org")] }, true],
    ["EXAMPLE.org", { permitted: [dns("example.ORG")] }, true],
    ["badexample.org", { permitted: [dns("example.org")] }, false],
    ["example.com", { permitted: [dns("example.org")] }, false],
    ["example.org", { permitted: [dns(".example.org")] }, false],
    ["example.org", { excluded: [dns("example.com")] }, true],
    ["a.example.com", { excluded: [dns("example.com")] }, false],
    ["example.com", { excluded: [dns(".example.com")] }, false],
    ["example.org", { permitted: [mail("example.org")] }, true],
    ["matrix.example.org", { permitted: [mail("example.org")] }, false],
    ["matrix.example.org", { permitted: [mail(".example.org")] }, true],
    ["example.org", { permitted: [mail("alice@example.org")] }, false],
    ["example.org", { excluded: [mail("alice@example.org")] }, false],
    ["example.org", { permitted: [dns("example.org"), mail("example.com")] }, false],
    ["example.org", { permitted: [directory({ O: "Example" })] }, false],
    ["example.org", { excluded: [uri("example.com")] }, false],
    ["10.0.0.1", { permitted: [dns("")] }, false],
    ["[::1]:8448", { excluded: [dns("example.com")] }, false],
    ["", { permitted: [dns("")] }, false],
    ["exa mple.org", { permitted: [dns("")] }, false],
    ["*.example.org", { permitted: [dns("example.org")] }, false],
  ])("on %s under %o: %s", async (server, constraints, expected) => {
    expect(await counts(server, constraints)).toBe(expected);
  });

  it("needs every CA's leave", async () => {
    const [wide, narrow] = [{ permitted: [dns("example.org")] }, { permitted: [dns("a.example.org")] }];
    expect(await counts("a.example.org", wide, narrow)).toBe(true);
    expect(await counts("b.example.org", wide, narrow)).toBe(false);
    expect(await counts("b.example.org", narrow, wide)).toBe(false);
    expect(await counts("a.example.org", wide, undefined, { permitted: [directory({ O: "Example" })] })).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, toHex } from "../../src/encoding/bytes.js";
import { derSequence, derValue } from "../../src/encoding/der-writer.js";
import type { Verdict } from "../../src/model/report.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { day, makeAuthority, makeCertificate, makeKey, pssAlgorithm, testTime } from "../support/certificates.js";
import { makeCms } from "../support/cms.js";
import { makeList } from "../support/revocation-data.js";
import {
  alice,
  cmsPem,
  elementCms,
  judge,
  makeRoot,
  makeSigner,
  masterKeyOf,
  type SignerWishes,
  uriOf,
} from "../support/x509-signatures.js";

const { nameConstraints, extendedKeyUsage, keyUsage, unknown, basicConstraints, subjectAltName } = certificateExtension;
const { uri, mail, dns, directory } = generalName;
const root = makeRoot();
const algorithm = x509({ trustedCertificates: root.pem });
const good = makeSigner(root);

/** The verdict on a signature whose certificate is as wished. */
const signedWith = (wishes: SignerWishes, userId = alice): Promise<Verdict> =>
  judge(algorithm, cmsPem(elementCms(makeSigner(root, wishes), { content: masterKeyOf(userId).bytes })), {
    object: masterKeyOf(userId),
  });
const namedBy = async (...names: readonly Uint8Array[]): Promise<string> => (await signedWith({ names })).code;

describe("a signature as Element writes it", () => {
  it("is valid, and the report shows its certificate, its path and its names", async () => {
    const verdict = await judge(algorithm, cmsPem(elementCms(good)), { key: encodeBase64(root.keyId) });
    expect(verdict).toMatchObject({
      status: "valid",
      code: "valid",
      validFrom: testTime - 30 * day,
      validUntil: testTime + 30 * day + 999,
      signer: { names: [uriOf(alice), "CN=Alice"] },
      certificate: {
        subject: "CN=Alice",
        issuer: "CN=Root",
        serialNumber: toHex(good.serialNumber).toUpperCase(),
        alternativeNames: [`URI:${uriOf(alice)}`],
        paths: [
          { certificates: [{ subject: "CN=Root" }, { subject: "CN=Alice" }], ownerNamedBy: "uri", revocation: [] },
        ],
        isIssuerInKeyId: true,
        timestamps: [],
      },
    });
    const { certificate, signer, createdAt } = verdict;
    expect(signer?.fingerprint).toBe(certificate?.sha256.toUpperCase());
    expect(signer?.keyHash).toBe(certificate?.paths[0]?.certificates[1]?.keyHash);
    // Nothing in it says when it was made.
    expect(createdAt).toBeUndefined();
  });

  it("is read under another CA's key ID, which the report tells", async () => {
    const verdict = await judge(algorithm, cmsPem(elementCms(good)), { key: "AAAA" });
    expect(verdict).toMatchObject({ code: "valid", certificate: { isIssuerInKeyId: false } });
  });

  it("leads through the certificates that it brings along, whatever their order", async () => {
    const middle = makeAuthority({ subject: "Middle", issuer: root });
    const leaf = makeSigner(middle);
    for (const certificates of [
      [leaf, middle],
      [middle, leaf],
      [root, middle, leaf],
    ]) {
      const verdict = await judge(algorithm, cmsPem(elementCms(leaf, { certificates })), {
        key: encodeBase64(root.keyId),
      });
      expect(verdict).toMatchObject({ code: "valid", certificate: { isIssuerInKeyId: true } });
    }
    expect(await judge(algorithm, cmsPem(elementCms(leaf)))).toMatchObject({
      status: "indeterminate",
      code: "no-path",
    });
  });

  it("counts under every path that there is", async () => {
    const other = makeAuthority({ subject: "Other root" });
    const key = makeKey("p256");
    const [first, second] = [root, other].map((issuer) => makeAuthority({ subject: "Middle", issuer, key }));
    if (!first || !second) throw new Error("no authorities");
    const leaf = makeSigner(first);
    const both = x509({ trustedCertificates: [root.pem, other.der] });
    const verdict = await judge(both, cmsPem(elementCms(leaf, { certificates: [leaf, first, second] })));
    expect(verdict.certificate?.paths.map(({ certificates }) => certificates[0]?.subject).sort()).toEqual([
      "CN=Other root",
      "CN=Root",
    ]);
  });
});

describe("the name in the certificate", () => {
  it("is the owner's: a Matrix URI, any of several, percent-encoded or not", async () => {
    expect(await namedBy(uri(uriOf(alice)))).toBe("valid");
    expect(await namedBy(uri("matrix:u/bob:example.org"), uri(uriOf(alice)))).toBe("valid");
    expect(await namedBy(uri("matrix:u/%61lice:example.org"))).toBe("valid");
    expect(await namedBy(uri("https://example.org"), uri(uriOf(alice)))).toBe("valid");
    const slashed = "@a/b:example.org";
    expect((await signedWith({ names: [uri("matrix:u/a%2Fb:example.org")] }, slashed)).code).toBe("valid");
    expect((await signedWith({ names: [uri("matrix:u/a/b:example.org")] }, slashed)).code).toBe("name-mismatch");
  });

  it("is an address where there is no Matrix URI, the subject's where no alternative name is one", async () => {
    expect(await namedBy(mail("alice@example.org"))).toBe("valid");
    expect(await namedBy(mail("bob@example.org"), mail("alice@example.org"))).toBe("valid");
    const subject = { CN: "Alice", emailAddress: "alice@example.org" };
    expect((await signedWith({ names: [], subject })).code).toBe("valid");
    expect((await signedWith({ names: [dns("example.org")], subject })).code).toBe("valid");
    expect((await signedWith({ names: [mail("bob@example.org")], subject })).code).toBe("name-mismatch");
    expect((await signedWith({ names: [mail("alice@example.org")] })).certificate?.paths[0]?.ownerNamedBy).toBe(
      "email",
    );
  });

  it.each([
    ["nobody", []],
    ["somebody else", [uri("matrix:u/bob:example.org")]],
    ["the same on another server", [uri("matrix:u/alice:example.com")]],
    ["in other case", [uri("matrix:u/Alice:example.org")]],
    ["with something behind", [uri(`${uriOf(alice)}?action=chat`)]],
    ["with a slash behind", [uri(`${uriOf(alice)}/`)]],
    ["with a fragment", [uri(`${uriOf(alice)}#x`)]],
    ["by the long form", [uri("matrix:user/alice:example.org")]],
    ["with the sigil", [uri("matrix:u/@alice:example.org")]],
    ["encoded twice", [uri("matrix:u/%2561lice:example.org")]],
    ["with a colon that is encoded", [uri("matrix:u/alice%3Aexample.org:example.org")]],
    ["broken encoding", [uri("matrix:u/alic%6:example.org")]],
    ["no UTF-8", [uri("matrix:u/alice%ff:example.org")]],
    ["without a server", [uri("matrix:u/alice")]],
    ["an address in other case", [mail("Alice@example.org")]],
    ["an address on another server", [mail("alice@example.com")]],
    ["no address at all", [mail("alice")]],
    ["another URI, whatever the address", [uri("matrix:u/bob:example.org"), mail("alice@example.org")]],
    ["a URI of Matrix that cannot be read, whatever the address", [uri("MATRIX:u/bob"), mail("alice@example.org")]],
    ["a DNS name", [dns("alice.example.org")]],
  ] as const)("is not the owner's: %s", async (_what, names) => {
    expect(await namedBy(...names)).toBe("name-mismatch");
  });

  it("counts under name constraints only if they let the server's name through", async () => {
    const under = async (
      wishes: Parameters<typeof nameConstraints>[0],
      names = [uri(uriOf(alice))],
    ): Promise<string> => {
      const middle = makeAuthority({ subject: "Middle", issuer: root, extensions: [nameConstraints(wishes)] });
      const leaf = makeSigner(middle, { names });
      return (await judge(algorithm, cmsPem(elementCms(leaf, { certificates: [leaf, middle] })))).code;
    };
    expect(await under({ permitted: [dns("example.org")] })).toBe("valid");
    expect(await under({ permitted: [mail("example.org")] })).toBe("valid");
    expect(await under({ permitted: [dns("example.com")] })).toBe("name-constraints");
    expect(await under({ excluded: [dns("example.org")] })).toBe("name-constraints");
    expect(await under({ permitted: [directory("Alice")] })).toBe("name-constraints");
    expect(await under({ permitted: [uri("example.org")] })).toBe("name-constraints");
    expect(await under({ permitted: [dns("example.com")] }, [uri("matrix:u/bob:example.com")])).toBe("name-mismatch");
  });

  it("is asked for under each path: one that lets it count is enough, and gives the interval", async () => {
    const key = makeKey("p256");
    const wishes = { subject: "Middle", issuer: root, key };
    const narrow = makeAuthority({ ...wishes, extensions: [nameConstraints({ permitted: [dns("example.com")] })] });
    const wide = makeAuthority({ ...wishes, notAfter: testTime + 5 * day });
    const leaf = makeSigner(wide);
    const verdict = await judge(algorithm, cmsPem(elementCms(leaf, { certificates: [leaf, narrow, wide] })));
    expect(verdict).toMatchObject({ code: "valid", validUntil: testTime + 5 * day + 999 });
    expect(verdict.certificate?.paths.map(({ ownerNamedBy }) => ownerNamedBy ?? "nobody").sort()).toEqual([
      "nobody",
      "uri",
    ]);
  });
});

describe("each fault of the path has its own code", () => {
  const past = { notBefore: testTime - 60 * day, notAfter: testTime - day };
  const ahead = { notBefore: testTime + day, notAfter: testTime + 60 * day };

  it("cert-expired and cert-not-yet-valid, with the interval in which all certificates were valid", async () => {
    const expired = await signedWith(past);
    expect(expired).toMatchObject({ status: "indeterminate", code: "cert-expired", validUntil: past.notAfter + 999 });
    const early = await signedWith(ahead);
    expect(early).toMatchObject({ status: "indeterminate", code: "cert-not-yet-valid", validFrom: ahead.notBefore });
  });

  it("extended-key-usage, unless it is one of those for people", async () => {
    const usage = async (...purposes: readonly string[]): Promise<string> =>
      (await signedWith({ extensions: [extendedKeyUsage(...purposes)] })).code;
    const own = { clientAuth: "1.3.6.1.5.5.7.3.2", emailProtection: "1.3.6.1.5.5.7.3.4" };
    for (const purpose of [own.clientAuth, own.emailProtection, "1.3.6.1.5.5.7.3.36", "2.5.29.37.0"]) {
      expect(await usage(purpose)).toBe("valid");
    }
    expect(await usage("1.3.6.1.5.5.7.3.1")).toBe("extended-key-usage");
    expect(await usage("1.3.6.1.5.5.7.3.1", own.emailProtection)).toBe("valid");
  });

  it("key-usage, unknown-critical-extension, not-a-ca, path-length", async () => {
    const leafKey = makeKey("rsa2048");
    const certificate = (issuer: typeof root, extensions: readonly Uint8Array[]) =>
      makeSigner(issuer, { key: leafKey, extensions });
    expect((await signedWith({ extensions: [unknown(true)] })).code).toBe("unknown-critical-extension");
    expect((await signedWith({ extensions: [unknown(false)] })).code).toBe("valid");
    const encryption = makeCertificate({
      issuer: root,
      key: leafKey,
      extensions: [keyUsage("keyEncipherment"), subjectAltName(uri(uriOf(alice)))],
    });
    expect((await judge(algorithm, cmsPem(elementCms(encryption)))).code).toBe("key-usage");
    const noAuthority = makeSigner(root, { subject: "No CA", key: "p256", extensions: [basicConstraints(false)] });
    const below = certificate(noAuthority, []);
    const verdict = await judge(algorithm, cmsPem(elementCms(below, { certificates: [below, noAuthority] })));
    expect(verdict).toMatchObject({ status: "invalid", code: "not-a-ca" });
    const shortRoot = makeAuthority({ subject: "Short", pathLength: 0 });
    const middle = makeAuthority({ subject: "Middle", issuer: shortRoot });
    const leaf = certificate(middle, []);
    const short = x509({ trustedCertificates: shortRoot.pem });
    expect((await judge(short, cmsPem(elementCms(leaf, { certificates: [leaf, middle] })))).code).toBe("path-length");
  });

  it("cert-revoked, and under hard-fail revocation-unknown", async () => {
    const crls = makeList({ issuer: root, revoked: [{ certificate: good }] });
    const other = makeList({ issuer: root });
    const value = cmsPem(elementCms(good));
    const withRevocation = (options: object) => judge(x509({ trustedCertificates: root.pem, ...options }), value);
    expect((await withRevocation({ revocation: "hard-fail" })).code).toBe("revocation-unknown");
    expect((await withRevocation({ revocation: "soft-fail" })).code).toBe("valid");
    expect((await withRevocation({ revocation: "none", crls })).code).toBe("valid");
    for (const revocation of ["soft-fail", "hard-fail"]) {
      expect(await withRevocation({ revocation, crls })).toMatchObject({ status: "invalid", code: "cert-revoked" });
      const fresh = await withRevocation({ revocation, crls: [other] });
      expect(fresh).toMatchObject({ code: "valid", freshUntil: testTime + day });
      expect(fresh.certificate?.paths[0]?.revocation).toMatchObject([
        { status: "good", source: "crl", thisUpdate: testTime - day, nextUpdate: testTime + day },
      ]);
    }
  });

  it("is judged at the time that the caller fixes", async () => {
    const late = x509({ trustedCertificates: root.pem, verificationTime: testTime + 31 * day });
    expect((await judge(late, cmsPem(elementCms(good)))).code).toBe("cert-expired");
    expect((await judge(late, cmsPem(elementCms(good)), { now: testTime - 900 * day })).code).toBe("cert-expired");
  });
});

describe("the form", () => {
  const ofCms = (changes: Parameters<typeof elementCms>[1]): Promise<Verdict> =>
    judge(algorithm, cmsPem(elementCms(good, changes)));
  const pss = (hash: "sha1" | "sha256" | "sha384" | "sha512", pssSaltLength: number) => ({
    signedBy: { hash, pssSaltLength },
  });
  const ec = makeSigner(root, { key: makeKey("p256") });
  const small = makeSigner(root, { key: makeKey("rsa1024") });
  const twin = makeSigner(root, { subject: "Twin" });

  it.each([
    ["named by issuer and serial number", "malformed", { identifier: "issuerAndSerialNumber" }],
    ["with signed attributes", "malformed", { attributes: [] }],
    ["with SHA-256", "malformed", pss("sha256", 32)],
    ["with SHA-384", "malformed", pss("sha384", 48)],
    ["with SHA-1", "weak-algorithm", pss("sha1", 20)],
    ["with 32 bytes of salt", "malformed", pss("sha512", 32)],
    ["by PKCS#1 v1.5", "malformed", { signedBy: { hash: "sha512" } }],
    ["with another digest beside", "malformed", { digest: "sha256" }],
    ["with content", "malformed", { attached: masterKeyOf().bytes }],
    ["of another content type", "malformed", { contentType: "1.2.840.113549.1.7.5" }],
    ["with a revocation list", "malformed", { lists: [makeList({ issuer: root })] }],
    ["without certificates", "malformed", { certificates: [] }],
    ["without the signer's certificate", "malformed", { certificates: [root] }],
    ["with two certificates of that key", "malformed", { certificates: [good, twin] }],
    ["over another object", "bad-signature", { content: masterKeyOf(alice, 8).bytes }],
    ["over nothing", "bad-signature", { signature: new Uint8Array(256) }],
    [
      "with MGF1 of another digest",
      "malformed",
      { signedBy: { hash: "sha512", pssSaltLength: 64, claimed: pssAlgorithm("sha512", "sha256", 64) } },
    ],
  ] as const)("is refused: %s (%s)", async (_what, code, changes) => {
    const verdict = await ofCms(changes as Parameters<typeof elementCms>[1]);
    expect(verdict.code).toBe(code);
    expect(verdict.signer).toBeUndefined();
  });

  it("is refused: other keys, weak ones, other texts", async () => {
    const changes = { content: masterKeyOf().bytes, identifier: "subjectKeyIdentifier", attributes: null } as const;
    const ecdsa = makeCms({ ...changes, signer: ec, signedBy: { hash: "sha512" } });
    expect((await judge(algorithm, cmsPem(ecdsa))).code).toBe("malformed");
    // An RSA key of 1024 bits holds no PSS signature with SHA-512 and 64 bytes of salt.
    const weak = elementCms(small, { signature: new Uint8Array(128) });
    expect((await judge(algorithm, cmsPem(weak))).code).toBe("weak-algorithm");
    const der = elementCms(good);
    for (const value of [
      encodeBase64(der),
      cmsPem(der).replaceAll("CMS", "PKCS7"),
      `x\n${cmsPem(der)}`,
      "",
      {},
      cmsPem(der) + cmsPem(der),
    ]) {
      expect((await judge(algorithm, value)).code).toMatch(/malformed|too-large/);
    }
    expect((await judge(algorithm, "A".repeat(300_000))).code).toBe("too-large");
    expect((await judge(algorithm, cmsPem(concatBytes(der, Uint8Array.of(0))))).code).toBe("malformed");
    expect((await judge(algorithm, cmsPem(derSequence(derValue(0x05))))).code).toBe("malformed");
  });

  it("takes no certificate that only the reader has", async () => {
    const pinned = x509({ trustedCertificates: good.pem });
    expect((await judge(pinned, cmsPem(elementCms(good, { certificates: [] })))).code).toBe("malformed");
    expect((await judge(pinned, cmsPem(elementCms(good)))).code).toBe("valid");
    expect(
      (await judge(cms({ trustedCertificates: good.pem }), cmsPem(elementCms(good, { certificates: [root] })))).code,
    ).toBe("valid");
  });
});

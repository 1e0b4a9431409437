import { describe, expect, it } from "vitest";
import { certificateStore, cms, x509 } from "../../src/algorithms/x509.js";
import type { Verdict } from "../../src/model/report.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import {
  day,
  makeAuthority,
  makeKey,
  makeLeaf,
  signBytes,
  type TestKeyKind,
  testTime,
} from "../support/certificates.js";
import { cmsAttribute, makeCms, signingCertificateV2, type TestCmsWishes } from "../support/cms.js";
import { makeList, makeOcspAnswer } from "../support/revocation-data.js";
import { makeTimestamp } from "../support/timestamps.js";
import {
  alice,
  cmsBase64,
  cmsPem,
  elementCms,
  judge,
  makeRoot,
  makeSigner,
  masterKeyOf,
} from "../support/x509-signatures.js";

const root = makeRoot();
const algorithm = cms({ trustedCertificates: root.pem });
const content = masterKeyOf().bytes;
const good = makeSigner(root, { key: "p256" });

const verdictOn = (wishes: Partial<TestCmsWishes> = {}, options: Parameters<typeof cms>[0] = {}): Promise<Verdict> =>
  judge(cms({ trustedCertificates: root.pem, ...options }), cmsBase64(makeCms({ content, signer: good, ...wishes })));

describe("a CMS signature", () => {
  it.each<[TestKeyKind, TestCmsWishes["signedBy"]]>([
    ["rsa2048", {}],
    ["rsa2048", { hash: "sha384" }],
    ["rsa3072", { hash: "sha512" }],
    ["rsa2048", { pssSaltLength: 32 }],
    ["rsa2048", { hash: "sha384", pssSaltLength: 48 }],
    ["rsa2048", { hash: "sha512", pssSaltLength: 20 }],
    ["p256", {}],
    ["p384", { hash: "sha384" }],
    ["p521", { hash: "sha512" }],
    ["p256", { hash: "sha512" }],
    ["ed25519", {}],
  ])("is valid by %s, %o, with attributes and without, by either identifier", async (kind, signedBy = {}) => {
    const signer = makeSigner(root, { key: makeKey(kind) });
    for (const attributes of [[], [signingCertificateV2(signer)], null]) {
      for (const identifier of ["issuerAndSerialNumber", "subjectKeyIdentifier"] as const) {
        const verdict = await verdictOn({ signer, signedBy, attributes, identifier });
        expect(verdict).toMatchObject({ code: "valid", certificate: { paths: [{ ownerNamedBy: "uri" }] } });
      }
    }
  });

  it("is read in PEM too, under either label, and nothing around it", async () => {
    const der = makeCms({ content, signer: good });
    for (const label of ["CMS", "PKCS7"]) {
      expect((await judge(algorithm, cmsPem(der).replaceAll("CMS", label))).code).toBe("valid");
    }
    for (const value of [cmsPem(der).replaceAll("CMS", "CERTIFICATE"), `${cmsBase64(der)}=`, ` ${cmsBase64(der)}`]) {
      expect((await judge(algorithm, value)).code).toBe("malformed");
    }
  });

  it("never says for whom the signer may speak: another name, or none, is shown and changes nothing", async () => {
    for (const names of [[], [generalName.uri("matrix:u/bob:example.org")]]) {
      const verdict = await verdictOn({ signer: makeSigner(root, { key: "p256", names }) });
      expect(verdict.code).toBe("valid");
      expect(verdict.certificate?.paths[0]).not.toHaveProperty("ownerNamedBy");
    }
  });

  it("verifies Element's signatures too, and Element's algorithm none of these", async () => {
    const signer = makeSigner(root);
    expect((await judge(algorithm, cmsBase64(elementCms(signer)))).code).toBe("valid");
    const attributed = makeCms({ content, signer, signedBy: { hash: "sha512", pssSaltLength: 64 } });
    expect((await judge(x509({ trustedCertificates: root.pem }), cmsPem(attributed))).code).toBe("malformed");
  });

  it.each<[string, string, Partial<TestCmsWishes>]>([
    ["attached content", "wrong-signature-type", { attached: content }],
    ["another content type", "malformed", { contentType: "1.2.840.113549.1.7.5", attributes: null }],
    ["another object", "bad-signature", { content: masterKeyOf(alice, 9).bytes }],
    ["another object without attributes", "bad-signature", { content: masterKeyOf(alice, 9).bytes, attributes: null }],
    ["another signing certificate", "wrong-key", { attributes: [signingCertificateV2(root)] }],
    ["attributes without content-type", "malformed", { attributesWhole: [signingCertificateV2(good)] }],
    ["SHA-1", "weak-algorithm", { signedBy: { hash: "sha1" } }],
    ["SHA-224", "weak-algorithm", { signedBy: { hash: "sha224" } }],
    [
      "two certificates of that serial number",
      "malformed",
      {
        certificates: [good, makeLeaf({ issuer: root, serialNumber: good.serialNumber })],
      },
    ],
    ["no certificate at all", "no-key", { certificates: [] }],
  ])("is refused: %s (%s)", async (_what, code, wishes) => {
    expect((await verdictOn(wishes)).code).toBe(code);
  });

  it("is refused by weak and unknown keys", async () => {
    for (const [kind, code] of [
      ["rsa1024", "weak-algorithm"],
      ["dsa", "weak-algorithm"],
      ["secp256k1", "unsupported-key"],
      ["ed448", "unsupported-key"],
    ] as const) {
      expect([kind, (await verdictOn({ signer: makeSigner(root, { key: makeKey(kind) }) })).code]).toEqual([
        kind,
        code,
      ]);
    }
  });

  it("does not go by signing-time", async () => {
    const signingTime = (time: string) =>
      cmsAttribute("1.2.840.113549.1.9.5", Uint8Array.of(0x17, 13, ...Buffer.from(time)));
    const verdict = await verdictOn({ attributes: [signingTime("400101000000Z")] });
    expect(verdict.code).toBe("valid");
    expect(verdict.createdAt).toBeUndefined();
  });
});

describe("revocation", () => {
  const crl = makeList({ issuer: root });
  const answer = makeOcspAnswer({ certificate: good, issuer: root });

  it("is read from answers in place of lists, and revoked wins", async () => {
    const hard = { revocation: "hard-fail" } as const;
    expect((await verdictOn({}, { ...hard, ocspResponses: answer })).code).toBe("valid");
    const revoked = makeOcspAnswer({ certificate: good, issuer: root, status: {} });
    expect((await verdictOn({}, { ...hard, crls: crl, ocspResponses: [answer, revoked] })).code).toBe("cert-revoked");
    const late = makeOcspAnswer({
      certificate: good,
      issuer: root,
      thisUpdate: testTime - 9 * day,
      nextUpdate: testTime - day,
    });
    expect((await verdictOn({}, { ...hard, ocspResponses: late })).code).toBe("revocation-unknown");
  });

  it("comes from a store that changes, and the cache context with it", async () => {
    const store = certificateStore();
    const changing = cms({ store, revocation: "soft-fail" });
    const contexts = new Set<string | undefined>();
    const step = async (): Promise<string> => {
      contexts.add(await changing.cacheContext());
      return (await judge(changing, cmsBase64(makeCms({ content, signer: good })))).code;
    };
    expect(await step()).toBe("no-path");
    const [hash = ""] = await store.add(root.der);
    expect(await step()).toBe("valid");
    expect(await store.list()).toMatchObject([{ sha256: hash, subject: "CN=Root" }]);
    await store.addCrls(makeList({ issuer: root, revoked: [{ certificate: good }] }));
    expect(await step()).toBe("cert-revoked");
    expect(await store.remove(hash.toUpperCase())).toBe(true);
    expect(await step()).toBe("no-path");
    expect(contexts.size).toBe(4);
    expect(await changing.cacheContext()).toBe(await changing.cacheContext());
  });
});

describe("a timestamp", () => {
  const authority = makeAuthority({ subject: "Timestamps" });
  const purpose = certificateExtension.criticalExtendedKeyUsage("1.3.6.1.5.5.7.3.8");
  const stamper = makeLeaf({ subject: "Stamper", issuer: authority, extensions: [purpose] });
  const expired = makeSigner(root, { key: "p256", notAfter: testTime - day });
  const at = testTime - 2 * day;
  const stamped = (
    stamp: Partial<Parameters<typeof makeTimestamp>[0]> = {},
    options: Parameters<typeof cms>[0] = {},
  ) => {
    const signature = signBytes(expired.privateKey, content);
    const unsignedAttributes = [makeTimestamp({ signature, signer: stamper, at, ...stamp })];
    const wishes = { signer: expired, attributes: null, signature, unsignedAttributes };
    return verdictOn(wishes, { timestampRoots: authority.pem, ...options });
  };

  it("lets a signature outlive its certificate, until the authority's own ends", async () => {
    expect(await stamped()).toMatchObject({
      code: "valid",
      validUntil: testTime + 30 * day + 999,
      certificate: { timestamps: [{ at, counts: true }] },
    });
    expect((await stamped({ millis: true })).certificate?.timestamps).toEqual([{ at: at + 1000, counts: true }]);
  });

  it("says nothing of when the signature was made", async () => {
    expect((await stamped()).createdAt).toBeUndefined();
  });

  it.each([
    ["no root is given for that purpose", {}, { timestampRoots: [] }],
    ["the signer's root is not one", { signer: makeLeaf({ issuer: root, extensions: [purpose] }) }, {}],
    ["it is over something else", { signature: new Uint8Array(64) }, {}],
    ["it is later than the certificate's end", { at: testTime - day / 2 }, {}],
    ["it is in the future", { at: testTime + day }, {}],
    ["its accuracy reaches past the certificate's end", { accuracySeconds: 2 * 86_400 }, {}],
    ["its imprint is SHA-1", { hash: "sha1" }, {}],
    ["a critical extension is in it", { hasCriticalExtension: true }, {}],
    [
      "its authority has expired",
      { signer: makeLeaf({ issuer: authority, extensions: [purpose], notAfter: testTime - day / 2 }) },
      {},
    ],
    [
      "its purpose is not critical",
      {
        signer: makeLeaf({
          issuer: authority,
          extensions: [certificateExtension.extendedKeyUsage("1.3.6.1.5.5.7.3.8")],
        }),
      },
      {},
    ],
    [
      "its certificate has another purpose too",
      {
        signer: makeLeaf({
          issuer: authority,
          extensions: [certificateExtension.criticalExtendedKeyUsage("1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.4")],
        }),
      },
      {},
    ],
    ["its certificate has no purpose", { signer: makeLeaf({ issuer: authority }) }, {}],
    ["it is another type of content", { contentType: "1.2.840.113549.1.7.1" }, {}],
  ] as const)("does not count where %s", async (_why, stamp, options) => {
    const verdict = await stamped(stamp as Parameters<typeof stamped>[0], options);
    expect(verdict.code).toBe("cert-expired");
    expect(verdict.certificate?.timestamps.every(({ counts, at: time }) => !counts || time > testTime - day)).toBe(
      true,
    );
  });

  it("does not count where its authority is revoked", async () => {
    const lists = [makeList({ issuer: authority, revoked: [{ certificate: stamper }] })];
    expect((await stamped({}, { revocation: "soft-fail", crls: lists })).code).toBe("cert-expired");
  });

  it("saves a certificate that was replaced later, never one that was revoked for cause or without a reason", async () => {
    const revokedFor = (reason?: number) => [
      makeList({
        issuer: root,
        revoked: [{ certificate: expired, revokedAt: testTime - 1.5 * day, ...(reason !== undefined && { reason }) }],
      }),
    ];
    const soft = { revocation: "soft-fail" } as const;
    const superseded = 4;
    const keyCompromise = 1;
    expect((await stamped({}, { ...soft, crls: revokedFor(superseded) })).code).toBe("valid");
    expect((await stamped({ at: testTime - 1.2 * day }, { ...soft, crls: revokedFor(superseded) })).status).toBe(
      "indeterminate",
    );
    expect((await stamped({}, { ...soft, crls: revokedFor(keyCompromise) })).code).toBe("cert-revoked");
    expect((await stamped({}, { ...soft, crls: revokedFor() })).code).toBe("cert-revoked");
  });

  it("under hard-fail needs to know how things stood at its time: lists leave out who has expired", async () => {
    const hard = { revocation: "hard-fail" } as const;
    const now = [makeList({ issuer: root }), makeList({ issuer: authority })];
    expect((await stamped({}, { ...hard, crls: now })).code).not.toBe("valid");
    const then = makeList({ issuer: root, thisUpdate: testTime - 3 * day, nextUpdate: testTime - day });
    expect((await stamped({}, { ...hard, crls: [...now, then] })).code).toBe("valid");
  });
});

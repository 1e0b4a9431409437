import { describe, expect, it } from "vitest";
import { type CmsOptions, cms, x509 } from "../../src/algorithms/x509.js";
import type { Verdict } from "../../src/model/report.js";
import { readReport } from "../../src/store/record.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { day, makeAuthority, makeKey, type TestCertificate, testTime } from "../support/certificates.js";
import { makeCms } from "../support/cms.js";
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
  uriOf,
} from "../support/x509-signatures.js";

const root = makeRoot();
const past = { notBefore: testTime - 20 * day, notAfter: testTime - 2 * day };
const expired = makeSigner(root, { key: "p256", ...past });
const good = makeSigner(root, { key: "p256" });
const superseded = 4;

const judged = (
  signer: TestCertificate,
  options: CmsOptions = {},
  certificates: readonly TestCertificate[] = [signer],
): Promise<Verdict> =>
  judge(
    cms({ trustedCertificates: root.pem, ...options }),
    cmsBase64(makeCms({ content: masterKeyOf().bytes, signer, certificates })),
  );

describe("a path that was valid once", () => {
  it("is shown with its interval where a certificate has expired since", async () => {
    const verdict = await judged(expired);
    const interval = { validFrom: past.notBefore, validUntil: past.notAfter + 999 };
    expect(verdict).toMatchObject({
      code: "cert-expired",
      ...interval,
      signer: { fingerprint: verdict.certificate?.sha256.toUpperCase() },
      certificate: { paths: [], lapsedPaths: [{ code: "cert-expired", ...interval, ownerNamedBy: "uri" }] },
    });
  });

  it("ends where a certificate was superseded, and says so before all else", async () => {
    const revokedAt = testTime - 3 * day;
    const options = (certificate: TestCertificate): CmsOptions => ({
      revocation: "soft-fail",
      crls: makeList({ issuer: root, revoked: [{ certificate, reason: superseded, revokedAt }] }),
    });
    const interval = { validFrom: testTime - 30 * day, validUntil: revokedAt };
    expect(await judged(good, options(good))).toMatchObject({
      code: "cert-revoked-softly",
      ...interval,
      certificate: { paths: [], lapsedPaths: [{ code: "cert-revoked-softly", ...interval }] },
    });
    expect((await judged(expired, options(expired))).certificate?.lapsedPaths).toMatchObject([
      { code: "cert-revoked-softly", validFrom: past.notBefore, validUntil: revokedAt },
    ]);
  });

  it("stands beside those that are valid", async () => {
    const key = makeKey("p256");
    const old = makeAuthority({ subject: "Middle", issuer: root, key, ...past });
    const renewed = makeAuthority({ subject: "Middle", issuer: root, key });
    const leaf = makeSigner(renewed, { key: "p256" });
    const { code, certificate } = await judged(leaf, {}, [leaf, old, renewed]);
    expect(code).toBe("valid");
    expect(certificate).toMatchObject({
      paths: [{ validUntil: testTime + 30 * day + 999 }],
      lapsedPaths: [{ code: "cert-expired", validFrom: past.notBefore, validUntil: past.notAfter + 999 }],
    });
  });

  it("gives the verdict its interval only where it ended for the verdict's own reason", async () => {
    const key = makeKey("p256");
    const old = makeAuthority({ subject: "Middle", issuer: root, key, ...past });
    const replaced = makeAuthority({ subject: "Middle", issuer: root, key });
    const leaf = makeSigner(replaced, { key: "p256" });
    const revokedAt = past.notAfter + day;
    const crls = makeList({ issuer: root, revoked: [{ certificate: replaced, reason: superseded, revokedAt }] });
    const verdict = await judged(leaf, { revocation: "soft-fail", crls }, [leaf, old, replaced]);
    expect([verdict.code, verdict.validUntil]).toEqual(["cert-expired", past.notAfter + 999]);
    expect(verdict.certificate?.lapsedPaths.map(({ code, validUntil }) => [code, validUntil])).toEqual([
      ["cert-expired", past.notAfter + 999],
      ["cert-revoked-softly", revokedAt],
    ]);
  });

  it("comes out of a store as it went in", async () => {
    const subject = { CN: "Alice", serialNumber: "PNODE-1" };
    for (const names of [[generalName.mail("alice@example.org")], [generalName.uri(uriOf(alice))]]) {
      const verdict = await judged(makeSigner(root, { key: "p256", ...past, subject, names }));
      expect(verdict.certificate).toMatchObject({ subjectSerialNumber: "PNODE-1", lapsedPaths: [{}] });
      const report = { cacheKey: "key", userId: alice, verdict, storedAt: testTime, freshUntil: testTime + 1 };
      expect(readReport(report)).toEqual(report);
    }
  });

  it.each([
    ["revoked for compromise", { crls: makeList({ issuer: root, revoked: [{ certificate: expired, reason: 1 }] }) }],
    ["revoked without a reason", { crls: makeList({ issuer: root, revoked: [{ certificate: expired }] }) }],
    ["revoked by an answer", { ocspResponses: makeOcspAnswer({ certificate: expired, issuer: root, status: {} }) }],
  ])("is not shown where a certificate is %s", async (_what, evidence) => {
    for (const revocation of ["soft-fail", "hard-fail"] as const) {
      const verdict = await judged(expired, { revocation, ...evidence });
      expect([verdict.code, verdict.certificate?.lapsedPaths]).toEqual(["cert-revoked", []]);
    }
  });

  it("is not shown where anything else is wrong with it, nor where it never was", async () => {
    const shown = async (signer: TestCertificate, ...above: TestCertificate[]): Promise<unknown> => {
      const { validFrom, validUntil, certificate } = await judged(signer, {}, [signer, ...above]);
      return [validFrom, validUntil, certificate?.lapsedPaths];
    };
    const { unknown, extendedKeyUsage, nameConstraints } = certificateExtension;
    const serverAuth = "1.3.6.1.5.5.7.3.1";
    for (const extensions of [[unknown(true)], [extendedKeyUsage(serverAuth)]]) {
      expect(await shown(makeSigner(root, { key: "p256", ...past, extensions }))).toContainEqual([]);
    }
    const narrow = makeAuthority({
      subject: "Narrow",
      issuer: root,
      extensions: [nameConstraints({ permitted: [generalName.directory({ O: "Else" })] })],
    });
    expect(await shown(makeSigner(narrow, { key: "p256", ...past }), narrow)).toContainEqual([]);
    // Its issuer began when it had ended: there was no moment at which both were valid.
    const later = makeAuthority({ subject: "Later", issuer: root, notBefore: testTime - day });
    expect(await shown(makeSigner(later, { key: "p256", ...past }), later)).toEqual([undefined, undefined, []]);
    const ahead = { notBefore: testTime + day, notAfter: testTime + 2 * day };
    expect(await shown(makeSigner(root, { key: "p256", ...ahead }))).toContainEqual([]);
    expect(await shown(makeSigner(makeAuthority({ subject: "Stranger" }), { key: "p256", ...past }))).toContainEqual(
      [],
    );
  });
});

describe("under hard-fail a path that was valid once", () => {
  const under = async (evidence: CmsOptions, signer = expired): Promise<readonly unknown[]> => {
    const { certificate, validUntil } = await judged(signer, { revocation: "hard-fail", ...evidence });
    expect(certificate?.lapsedPaths.length === 0).toBe(validUntil === undefined);
    return certificate?.lapsedPaths.map(({ code }) => code) ?? [];
  };
  const before = { thisUpdate: past.notAfter - day };
  const after = { thisUpdate: past.notAfter + day };

  it("is shown where a list that is good now was made before the end, never where it was made after", async () => {
    expect(await under({ crls: makeList({ issuer: root, ...before }) })).toEqual(["cert-expired"]);
    expect(await under({ crls: makeList({ issuer: root, ...after }) })).toEqual([]);
    expect(
      await under({ crls: [makeList({ issuer: root, ...after }), makeList({ issuer: root, ...before })] }),
    ).toEqual(["cert-expired"]);
    const old = { ...before, nextUpdate: testTime - day };
    expect(await judged(expired, { revocation: "hard-fail", crls: makeList({ issuer: root, ...old }) })).toMatchObject({
      code: "cert-expired",
      certificate: { lapsedPaths: [] },
    });
  });

  it("is shown by answers in the same way", async () => {
    const answer = (times: object) => makeOcspAnswer({ certificate: expired, issuer: root, ...times });
    expect(await under({ ocspResponses: answer(before) })).toEqual(["cert-expired"]);
    expect(await under({ ocspResponses: answer(after) })).toEqual([]);
  });

  it("is shown where a list that is good now says that a certificate was superseded", async () => {
    const revoked = [{ certificate: expired, reason: superseded, revokedAt: past.notAfter - day }];
    expect(await under({ crls: makeList({ issuer: root, revoked, ...after }) })).toEqual(["cert-revoked-softly"]);
    expect(await under({ crls: makeList({ issuer: root, revoked, ...before, nextUpdate: testTime - day }) })).toEqual(
      [],
    );
  });

  it("is not shown by lists of an issuer that had expired", async () => {
    const middle = makeAuthority({ subject: "Middle", issuer: root, ...past });
    const leaf = makeSigner(middle, { key: "p256" });
    const shown = async (times: object): Promise<number | undefined> => {
      const crls = [makeList({ issuer: root, ...before }), makeList({ issuer: middle, ...times })];
      const verdict = await judged(leaf, { revocation: "hard-fail", crls }, [leaf, middle]);
      return verdict.certificate?.lapsedPaths.length;
    };
    expect([await shown(before), await shown(after)]).toEqual([1, 0]);
  });
});

describe("a signature that a timestamp saves", () => {
  const authority = makeAuthority({ subject: "Timestamps" });
  const purpose = certificateExtension.criticalExtendedKeyUsage("1.3.6.1.5.5.7.3.8");
  const stamper = makeSigner(authority, { names: [], key: "p256", extensions: [purpose] });
  const at = testTime - 5 * day;

  it("shows no lapsed path, and under hard-fail no path of whose certificates nothing was known then", async () => {
    const other = makeAuthority({ subject: "Other root" });
    const key = makeKey("p256");
    const [first, second] = [root, other].map((issuer) => makeAuthority({ subject: "Middle", issuer, key }));
    if (!first || !second) throw new Error("no authorities");
    const leaf = makeSigner(first, { key: "p256", ...past });
    const certificates = [leaf, first, second];
    const wishes = { content: masterKeyOf().bytes, signer: leaf, certificates, attributes: null };
    const bare = makeCms(wishes);
    const signature = bare.slice(-sizeOfSignature(bare));
    const unsignedAttributes = [makeTimestamp({ signature, signer: stamper, at })];
    const value = cmsBase64(makeCms({ ...wishes, signature, unsignedAttributes }));
    const then = { thisUpdate: at - day, nextUpdate: at + day };
    const lists = [makeList({ issuer: root, ...then }), makeList({ issuer: first, ...then })];
    const trustedCertificates = [root.pem, other.pem];
    const options = {
      trustedCertificates,
      timestampRoots: authority.pem,
      crls: [...lists, makeList({ issuer: authority })],
    };
    const subjects = async (revocation: "soft-fail" | "hard-fail"): Promise<unknown> => {
      const { code, certificate } = await judge(cms({ ...options, revocation }), value);
      expect([code, certificate?.lapsedPaths]).toEqual(["valid", []]);
      return certificate?.paths.map((path) => path.certificates[0]?.subject).sort();
    };
    expect(await subjects("soft-fail")).toEqual(["CN=Other root", "CN=Root"]);
    expect(await subjects("hard-fail")).toEqual(["CN=Root"]);
  });

  /** Of ECDSA it is the last value of the message, of 70 to 72 bytes, a length of one byte before it. */
  function sizeOfSignature(cmsDer: Uint8Array): number {
    for (const size of [70, 71, 72]) if (cmsDer.at(-size - 2) === 0x04 && cmsDer.at(-size - 1) === size) return size;
    throw new Error("expected an ECDSA signature at the end");
  }
});

describe("io.element.x509, which judges the name itself", () => {
  const verdictOn = (signer: TestCertificate): Promise<Verdict> =>
    judge(x509({ trustedCertificates: root.pem }), cmsPem(elementCms(signer)));

  it("shows only lapsed paths in which the certificate names the owner", async () => {
    const named = await verdictOn(makeSigner(root, { ...past, names: [generalName.mail("alice@example.org")] }));
    expect(named).toMatchObject({
      code: "cert-expired",
      validUntil: past.notAfter + 999,
      certificate: { lapsedPaths: [{ ownerNamedBy: "email" }] },
    });
    const other = await verdictOn(makeSigner(root, { ...past, names: [generalName.uri(uriOf("@bob:example.org"))] }));
    expect([other.code, other.validUntil, other.certificate?.lapsedPaths]).toEqual(["cert-expired", undefined, []]);
    expect((await verdictOn(makeSigner(root, { names: [generalName.uri(uriOf(alice))] }))).code).toBe("valid");
  });

  it("shows none where the name counts under no path that is valid now", async () => {
    const key = makeKey("p256");
    const permitted = [generalName.dns("example.com")];
    const narrow = makeAuthority({
      subject: "Middle",
      issuer: root,
      key,
      extensions: [certificateExtension.nameConstraints({ permitted })],
    });
    const wide = makeAuthority({ subject: "Middle", issuer: root, key, ...past });
    const leaf = makeSigner(wide);
    const value = cmsPem(elementCms(leaf, { certificates: [leaf, narrow, wide] }));
    const verdict = await judge(x509({ trustedCertificates: root.pem }), value);
    expect(verdict).toMatchObject({ code: "name-constraints", certificate: { paths: [], lapsedPaths: [] } });
  });
});

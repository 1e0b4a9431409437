import { describe, expect, it } from "vitest";
import { RevocationEvidence } from "../../src/algorithms/shared/revocation-evidence.js";
import { certificateExtension, extension, generalName, listExtension } from "../support/certificate-extensions.js";
import { day, makeAuthority, makeCertificate, makeLeaf, read, testTime } from "../support/certificates.js";
import { judgePaths } from "../support/path-judge.js";
import { makeList, type TestListWishes } from "../support/revocation-data.js";

const { crlDistributionPoints, keyUsage, basicConstraints, freshestCrl } = certificateExtension;
const root = makeAuthority({ subject: "Root" });
const issuer = makeAuthority({ subject: "Issuer", issuer: root });
const leaf = makeLeaf({ issuer });
const chain = [root, issuer, leaf];
const rootList = makeList({ issuer: root });

/** The verdict with the root's list and one of the issuer's. */
const withList = (wishes: Partial<TestListWishes> = {}, more: Partial<Parameters<typeof judgePaths>[0]> = {}) =>
  judgePaths({ chain, lists: [rootList, makeList({ issuer, ...wishes })], ...more });
const codeWith = async (...args: Parameters<typeof withList>): Promise<string> => (await withList(...args)).code;

describe("complete lists", () => {
  it("make a certificate good that does not stand on them, and say until when", async () => {
    const verdict = await withList();
    expect(verdict).toMatchObject({ code: "valid", freshUntil: testTime + day });
    expect(verdict.validPaths[0]?.revocation).toMatchObject([
      { status: "good", source: "crl", thisUpdate: testTime - day, nextUpdate: testTime + day },
      { status: "good", source: "crl" },
    ]);
  });

  it("revoke for cause, or without a reason, whatever the time", async () => {
    for (const reason of [undefined, 0, 1, 2, 10, 77]) {
      const revoked = [{ certificate: leaf, revokedAt: testTime + day / 2, ...(reason !== undefined && { reason }) }];
      expect(await withList({ revoked }), String(reason)).toMatchObject({ status: "invalid", code: "cert-revoked" });
    }
  });

  it("revoke softly for the other reasons, from their time on", async () => {
    for (const reason of [3, 4, 5, 6, 9]) {
      const revoked = [{ certificate: leaf, reason, revokedAt: testTime - 60_000 }];
      const verdict = await withList({ revoked });
      expect(verdict, String(reason)).toMatchObject({
        status: "indeterminate",
        code: "cert-revoked-softly",
        validUntil: testTime - 60_000,
      });
      expect(await codeWith({ revoked }, { at: testTime - 120_000, now: testTime })).toBe("valid");
    }
  });

  it("revoke a CA, too", async () => {
    const lists = [makeList({ issuer: root, revoked: [{ certificate: issuer }] }), makeList({ issuer })];
    expect((await judgePaths({ chain, lists })).code).toBe("cert-revoked");
  });

  it("count while thisUpdate ≤ now < nextUpdate, and not without a nextUpdate", async () => {
    const dates = { thisUpdate: testTime, nextUpdate: testTime + 1000 };
    const far = makeList({ issuer: root, nextUpdate: testTime + 9 * day });
    const at = async (time: number) =>
      (await judgePaths({ chain, at: time, lists: [far, makeList({ issuer, ...dates })] })).code;
    expect([await at(testTime - 1), await at(testTime), await at(testTime + 999), await at(testTime + 1000)]).toEqual([
      "revocation-unknown",
      "valid",
      "valid",
      "revocation-unknown",
    ]);
    expect(await codeWith({ nextUpdate: null })).toBe("revocation-unknown");
  });

  it("that are out of date still prove that a certificate is revoked, but not that it is on hold", async () => {
    const old = { thisUpdate: testTime - 9 * day, nextUpdate: testTime - 8 * day };
    expect(await codeWith({ ...old, revoked: [{ certificate: leaf }] })).toBe("cert-revoked");
    expect(await codeWith({ ...old, revoked: [{ certificate: leaf, reason: 6 }] })).toBe("revocation-unknown");
  });

  it("revoked wins over another list that says nothing", async () => {
    const lists = [
      rootList,
      makeList({ issuer }),
      makeList({ issuer, revoked: [{ certificate: leaf }], thisUpdate: testTime - 3 * day }),
    ];
    expect((await judgePaths({ chain, lists })).code).toBe("cert-revoked");
    expect((await judgePaths({ chain, lists: [...lists].reverse() })).code).toBe("cert-revoked");
  });
});

describe("modes", () => {
  it("none asks nobody, soft-fail lets the unknown pass and says so, hard-fail does not", async () => {
    const revoked = makeList({ issuer, revoked: [{ certificate: leaf }] });
    expect((await judgePaths({ chain, mode: "none", lists: [revoked] })).code).toBe("valid");
    expect((await judgePaths({ chain, mode: "soft-fail", lists: [revoked] })).code).toBe("cert-revoked");
    const soft = await judgePaths({ chain, mode: "soft-fail" });
    expect(soft.code).toBe("valid");
    expect(soft.validPaths[0]?.revocation.map(({ status }) => status)).toEqual(["unknown", "unknown"]);
    expect(await judgePaths({ chain, mode: "hard-fail" })).toMatchObject({
      status: "indeterminate",
      code: "revocation-unknown",
    });
  });

  it("an expired certificate that is revoked is revoked", async () => {
    const expired = makeLeaf({ issuer, notAfter: testTime - day });
    const lists = [rootList, makeList({ issuer, revoked: [{ certificate: expired }] })];
    expect((await judgePaths({ chain: [root, issuer, expired], lists })).code).toBe("cert-revoked");
  });
});

describe("who may sign a list", () => {
  it("not another key, not a namesake, not a CA without cRLSign, not a weak key", async () => {
    const stranger = makeAuthority({ subject: "Issuer" });
    expect(await codeWith({ issuer: stranger })).toBe("revocation-unknown");
    expect(await codeWith({ issuer: root, issuerName: "Issuer" })).toBe("revocation-unknown");
    expect(await codeWith({ signedBy: { hash: "sha1" } })).toBe("revocation-unknown");
    const mute = makeCertificate({
      subject: "Mute",
      issuer: root,
      extensions: [basicConstraints(true), keyUsage("keyCertSign")],
    });
    const below = makeLeaf({ issuer: mute });
    expect((await judgePaths({ chain: [root, mute, below], lists: [rootList, makeList({ issuer: mute })] })).code).toBe(
      "revocation-unknown",
    );
  });

  it("another certificate of the issuer, from its own issuer or itself, with a path of its own", async () => {
    const fromAbove = makeCertificate({ subject: "Issuer", issuer: root, extensions: [keyUsage("cRLSign")] });
    const own = makeCertificate({ subject: "Issuer", issuer, extensions: [keyUsage("cRLSign")] });
    expect(await codeWith({ issuer: fromAbove }, { presented: [fromAbove] })).toBe("valid");
    // Its own certificate is on nobody's list but its own, which proves nothing.
    expect(await codeWith({ issuer: own }, { presented: [own] })).toBe("revocation-unknown");
    const lists = [rootList, makeList({ issuer: own }), makeList({ issuer })];
    expect((await judgePaths({ chain, presented: [own], lists })).code).toBe("valid");
    const expired = makeCertificate({
      subject: "Issuer",
      issuer: root,
      extensions: [keyUsage("cRLSign")],
      notAfter: testTime - day,
    });
    expect(await codeWith({ issuer: expired }, { presented: [expired] })).toBe("revocation-unknown");
    const revokedSigner = [
      makeList({ issuer: root, revoked: [{ certificate: fromAbove }] }),
      makeList({ issuer: fromAbove }),
    ];
    expect((await judgePaths({ chain, presented: [fromAbove], lists: revokedSigner })).code).toBe("revocation-unknown");
  });

  it("not a namesake from elsewhere below the same root", async () => {
    const other = makeAuthority({ subject: "Other", issuer: root });
    const namesake = makeAuthority({ subject: "Issuer", issuer: other });
    const lists = [rootList, makeList({ issuer: other }), makeList({ issuer: namesake })];
    expect((await judgePaths({ chain, presented: [other, namesake], lists })).code).toBe("revocation-unknown");
  });
});

describe("what a list is about", () => {
  const point = [generalName.uri("http://crl.example.org/1")];
  const pointed = makeLeaf({ issuer, extensions: [crlDistributionPoints({ fullName: point })] });
  const codeOf = async (extensions: readonly Uint8Array[], certificate = leaf): Promise<string> =>
    (await judgePaths({ chain: [root, issuer, certificate], lists: [rootList, makeList({ issuer, extensions })] }))
      .code;
  const { scope } = listExtension;

  it("its distribution point must be one of the certificate's", async () => {
    expect(await codeOf([scope({ fullName: point })], pointed)).toBe("valid");
    expect(await codeOf([scope({ fullName: [generalName.uri("http://crl.example.org/2")] })], pointed)).toBe(
      "revocation-unknown",
    );
    expect(await codeOf([scope({ fullName: point })])).toBe("revocation-unknown");
    expect(await codeOf([], pointed)).toBe("valid");
  });

  it("users, authorities or attributes alone", async () => {
    expect(await codeOf([scope({ onlyUsers: true })])).toBe("valid");
    expect(await codeOf([scope({ onlyAuthorities: true })])).toBe("revocation-unknown");
    expect(await codeOf([scope({ onlyAttributes: true })])).toBe("revocation-unknown");
    const lists = [makeList({ issuer: root, extensions: [scope({ onlyUsers: true })] }), makeList({ issuer })];
    expect((await judgePaths({ chain, lists })).code).toBe("revocation-unknown");
  });

  it("some reasons, until lists cover them all", async () => {
    const [compromise, others] = [
      [1, 2, 8],
      [3, 4, 5, 6, 7],
    ].map((reasons) => makeList({ issuer, extensions: [scope({ reasons })] }));
    const codeFor = async (...lists: (Uint8Array | undefined)[]) =>
      (await judgePaths({ chain, lists: [rootList, ...lists.flatMap((list) => list ?? [])] })).code;
    expect(await codeFor(compromise)).toBe("revocation-unknown");
    expect(await codeFor(compromise, others)).toBe("valid");
  });

  it("nothing, where something critical is not understood", async () => {
    const unknown = extension("1.3.6.1.4.1.99999.3", true, listExtension.reason(1));
    expect(await codeOf([unknown])).toBe("revocation-unknown");
    expect(await codeWith({ revoked: [{ certificate: issuer, extensions: [unknown] }] })).toBe("revocation-unknown");
  });
});

describe("delta lists", () => {
  const { number, delta, reason } = listExtension;
  const pointing = makeLeaf({ issuer, extensions: [freshestCrl("http://crl.example.org/delta")] });
  const base = makeList({ issuer, extensions: [number(5)] });
  const judge = async (...lists: Uint8Array[]): Promise<string> =>
    (await judgePaths({ chain: [root, issuer, pointing], lists: [rootList, ...lists] })).code;
  const deltaList = (wishes: Partial<TestListWishes>, from = 5, to = 6): Uint8Array =>
    makeList({ issuer, extensions: [number(to), delta(from)], ...wishes });

  it("are needed where a certificate points to them", async () => {
    expect(await judge(base)).toBe("revocation-unknown");
    expect(await judge(base, deltaList({}))).toBe("valid");
    expect(await judge(deltaList({}))).toBe("revocation-unknown");
  });

  it("continue the list that they name, the newest first", async () => {
    const revoked = [{ certificate: pointing }];
    expect(await judge(base, deltaList({ revoked }))).toBe("cert-revoked");
    expect(await judge(base, deltaList({}), deltaList({ revoked }, 5, 7))).toBe("cert-revoked");
    expect(await judge(base, deltaList({ revoked }, 6, 7))).toBe("revocation-unknown");
    const held = makeList({ issuer, extensions: [number(5)], revoked: [{ certificate: pointing, reason: 6 }] });
    expect(await judge(held, deltaList({ revoked: [{ certificate: pointing, extensions: [reason(8)] }] }))).toBe(
      "valid",
    );
  });
});

describe("indirect lists", () => {
  const { scope, certificateIssuer } = listExtension;
  const lister = makeCertificate({ subject: "Lister", issuer: root, extensions: [keyUsage("cRLSign")] });
  const listed = makeLeaf({ issuer, extensions: [crlDistributionPoints({ crlIssuer: "Lister" })] });
  const judge = async (wishes: Partial<TestListWishes>, certificate = listed): Promise<string> => {
    const list = makeList({ issuer: lister, extensions: [scope({ isIndirect: true })], ...wishes });
    return (await judgePaths({ chain: [root, issuer, certificate], presented: [lister], lists: [rootList, list] }))
      .code;
  };

  it("count where the certificate names their issuer", async () => {
    expect(await judge({})).toBe("valid");
    expect(await judge({ extensions: [] })).toBe("revocation-unknown");
    expect(await judge({}, leaf)).toBe("revocation-unknown");
  });

  it("name the issuer of each certificate", async () => {
    expect(await judge({ revoked: [{ certificate: listed }] })).toBe("valid");
    expect(await judge({ revoked: [{ certificate: listed, extensions: [certificateIssuer("Issuer")] }] })).toBe(
      "cert-revoked",
    );
    const first = { certificate: leaf, extensions: [certificateIssuer("Issuer")] };
    expect(await judge({ revoked: [first, { certificate: listed }] })).toBe("cert-revoked");
  });
});

describe("evidence that came along with a signature", () => {
  const issuerName = async () => (await read(issuer)).subject.comparable;

  it("stands beside the caller's, behind it, and is gone afterwards", async () => {
    const lasting = new RevocationEvidence({ lists: [makeList({ issuer, revoked: [{ certificate: leaf }] })] });
    const beside = new RevocationEvidence({ lists: [makeList({ issuer })] }, lasting);
    expect(beside.listsOf(await issuerName()).map(({ entries }) => entries.size)).toEqual([1, 0]);
    expect(lasting.listsOf(await issuerName())).toHaveLength(1);
  });

  it("is looked at as far as sixteen pieces", async () => {
    const lists = Array.from({ length: 40 }, (_, index) => makeList({ issuer, thisUpdate: testTime - index * 1000 }));
    expect(new RevocationEvidence({ lists }, new RevocationEvidence()).listsOf(await issuerName())).toHaveLength(16);
    expect(new RevocationEvidence({ lists }).listsOf(await issuerName())).toHaveLength(40);
  });
});

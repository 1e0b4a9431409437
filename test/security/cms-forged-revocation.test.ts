import { expect, it } from "vitest";
import { cms } from "../../src/algorithms/x509.js";
import { certificateExtension } from "../support/certificate-extensions.js";
import { day, makeAuthority, makeCertificate, makeLeaf, testTime } from "../support/certificates.js";
import { makeCms } from "../support/cms.js";
import { makeList, makeOcspAnswer } from "../support/revocation-data.js";
import { cmsBase64, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

/** Mallory's key was stolen from Alice and is revoked: forged lists and answers are to say that it is good. Others are to revoke what is. */
const root = makeRoot();
const signer = makeSigner(root, { key: "p256" });
const value = cmsBase64(makeCms({ content: masterKeyOf().bytes, signer }));
const ocspSigning = certificateExtension.extendedKeyUsage("1.3.6.1.5.5.7.3.9");
const posing = makeAuthority({ subject: "Root" });
const otherRoot = makeRoot({ subject: "Other" });
const plain = makeLeaf({ subject: "Plain", issuer: root });
const delegate = makeLeaf({ subject: "Responder", issuer: root, extensions: [ocspSigning] });
const cousin = makeLeaf({ subject: "Responder", issuer: otherRoot, extensions: [ocspSigning] });
const withoutBit = makeCertificate({
  subject: "Root",
  key: root.privateKey,
  extensions: [certificateExtension.basicConstraints(true), certificateExtension.keyUsage("keyCertSign")],
});

const codeWith = async (
  revocation: "soft-fail" | "hard-fail",
  crls: Uint8Array[],
  ocspResponses: Uint8Array[],
  roots = [root.pem],
): Promise<string> => (await judge(cms({ trustedCertificates: roots, revocation, crls, ocspResponses }), value)).code;
const about = { certificate: signer, issuer: root };
const spoiled = (der: Uint8Array): Uint8Array =>
  der.map((octet, index) => (index === der.length - 1 ? octet ^ 1 : octet));
const times = { thisUpdate: testTime - 3 * day, nextUpdate: testTime - day };

const lists: readonly (readonly [string, object])[] = [
  ["by a CA of the same name", { issuer: posing }],
  ["by another CA in this one's name", { issuer: otherRoot, issuerName: "Root" }],
  ["by a certificate under it", { issuer: plain, issuerName: "Root" }],
  ["by another CA about itself", { issuer: otherRoot }],
];
const answers: readonly (readonly [string, object])[] = [
  ["by a CA of the same name", { responder: posing, certificates: [posing] }],
  ["by a certificate without that purpose", { responder: plain, certificates: [plain] }],
  ["by a responder of another CA", { responder: cousin, certificates: [cousin] }],
  ["by the certificate itself", { responder: signer, certificates: [signer] }],
  ["about another certificate", { certificate: plain }],
  ["about a namesake's certificate", { issuer: posing, responder: root }],
];

it.each(lists)("a list %s proves nothing, neither good nor revoked", async (_who, forged) => {
  const good = makeList(forged as never);
  const bad = makeList({ ...(forged as object), revoked: [{ certificate: signer }] } as never);
  expect(await codeWith("hard-fail", [good], [])).toBe("revocation-unknown");
  expect(await codeWith("soft-fail", [bad], [])).toBe("valid");
});

it.each(answers)("an answer %s proves nothing, neither good nor revoked", async (_who, forged) => {
  const good = makeOcspAnswer({ ...about, ...forged } as never);
  const bad = makeOcspAnswer({ ...about, ...forged, status: {} } as never);
  expect(await codeWith("hard-fail", [], [good])).toBe("revocation-unknown");
  expect(await codeWith("soft-fail", [], [bad])).toBe("valid");
});

it("one that is spoiled, or no longer good, does not say that a certificate is", async () => {
  expect(await codeWith("hard-fail", [spoiled(makeList({ issuer: root }))], [])).toBe("revocation-unknown");
  expect(await codeWith("hard-fail", [], [spoiled(makeOcspAnswer(about))])).toBe("revocation-unknown");
  expect(await codeWith("hard-fail", [makeList({ issuer: root, ...times })], [])).toBe("revocation-unknown");
  expect(await codeWith("hard-fail", [], [makeOcspAnswer({ ...about, ...times })])).toBe("revocation-unknown");
  expect(await codeWith("hard-fail", [], [makeOcspAnswer({ ...about, status: "unknown" })])).toBe("revocation-unknown");
});

it("a list by a key that may sign certificates alone does not count", async () => {
  expect(await codeWith("hard-fail", [makeList({ issuer: withoutBit })], [], [withoutBit.pem])).toBe(
    "revocation-unknown",
  );
});

it("a good answer does not outweigh a list that revokes, nor the other way round, nor does a newer one", async () => {
  const revoking = makeList({ issuer: root, revoked: [{ certificate: signer }] });
  const denying = makeOcspAnswer({ ...about, status: {} });
  const good = {
    list: makeList({ issuer: root, thisUpdate: testTime }),
    answer: makeOcspAnswer({ ...about, responder: delegate, certificates: [delegate] }),
  };
  for (const mode of ["soft-fail", "hard-fail"] as const) {
    expect(await codeWith(mode, [good.list], [good.answer])).toBe("valid");
    expect(await codeWith(mode, [good.list, revoking], [good.answer])).toBe("cert-revoked");
    expect(await codeWith(mode, [good.list], [good.answer, denying])).toBe("cert-revoked");
    expect(
      await codeWith(mode, [makeList({ issuer: root, revoked: [{ certificate: signer }], ...times }), good.list], []),
    ).toBe("cert-revoked");
  }
});

it("revocation lists that come with the signature are nobody's word", async () => {
  const lists = [makeList({ issuer: posing }), makeList({ issuer: root, revoked: [{ certificate: signer }] })];
  const carrying = cmsBase64(makeCms({ content: masterKeyOf().bytes, signer, lists }));
  const hard = cms({ trustedCertificates: root.pem, revocation: "hard-fail" });
  expect((await judge(hard, carrying)).code).toBe("revocation-unknown");
  expect((await judge(hard, value)).code).toBe("revocation-unknown");
});

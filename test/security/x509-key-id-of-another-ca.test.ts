import { expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { makeAuthority, testTime } from "../support/certificates.js";
import { cmsBase64, cmsPem, elementCms, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

/**
 * The key ID names a CA by an identifier that anybody can write: Mallory puts the company's there, over a signature under her own
 * root, and hopes that a reader picks roots, or anchors, by it.
 */
const company = makeRoot({ subject: "Company" });
const mallorysRoot = makeRoot({ subject: "Mallory's root" });
const mallorys = makeSigner(mallorysRoot);
const key = encodeBase64(company.keyId);
const base = { object: masterKeyOf(), now: testTime };

it("a key ID lends no path to a root that is not there", async () => {
  const options = { trustedCertificates: company.pem };
  expect((await judge(x509(options), cmsPem(elementCms(mallorys)), { key })).code).toBe("no-path");
  expect((await judge(cms(options), cmsBase64(elementCms(mallorys)), { key })).code).toBe("no-path");
  const bundled = elementCms(mallorys, { certificates: [mallorys, mallorysRoot, company] });
  expect((await judge(x509(options), cmsPem(bundled), { key })).code).toBe("no-path");
});

it("where both roots are given, the report shows the true path, whatever the key ID says", async () => {
  const options = { trustedCertificates: [company.pem, mallorysRoot.pem] };
  for (const [algorithm, value] of [
    [x509(options), cmsPem(elementCms(mallorys))],
    [cms(options), cmsBase64(elementCms(mallorys))],
  ] as const) {
    const { code, certificate } = await judge(algorithm, value, { key });
    expect([code, certificate?.isIssuerInKeyId]).toEqual(["valid", false]);
    expect(certificate?.paths.map(({ certificates }) => certificates[0]?.subject)).toEqual(["CN=Mallory's root"]);
    expect(
      (await judge(algorithm, value, { key: encodeBase64(mallorysRoot.keyId) })).certificate?.isIssuerInKeyId,
    ).toBe(true);
    for (const nonsense of [undefined, "", "AAAA", "\u0000", "x".repeat(200)]) {
      const verdict = await algorithm.verify({ ...base, value, ...(nonsense !== undefined && { key: nonsense }) });
      expect([verdict.code, verdict.certificate?.isIssuerInKeyId]).toEqual(["valid", false]);
    }
  }
});

it("a certificate of the company that stands beside is not the top of a path that it is not in", async () => {
  const options = { trustedCertificates: mallorysRoot.pem };
  const middle = makeAuthority({ subject: "Company's middle", issuer: company });
  const der = elementCms(mallorys, { certificates: [mallorys, middle] });
  expect((await judge(x509(options), cmsPem(der), { key })).certificate?.isIssuerInKeyId).toBe(false);
});

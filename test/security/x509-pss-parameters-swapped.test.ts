import { expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { pssAlgorithm } from "../support/certificates.js";
import { makeCms, type TestCmsWishes } from "../support/cms.js";
import { cmsBase64, cmsPem, elementCms, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

/** The parameters of RSASSA-PSS stand beside the signature and are not signed: a reader that takes them at their word verifies less. */
const root = makeRoot();
const options = { trustedCertificates: root.pem };
const signer = makeSigner(root);
const digests = ["sha1", "sha256", "sha384", "sha512"] as const;
const swaps = digests.flatMap((hash) =>
  digests.flatMap((mask) => [0, 20, 32, 63, 64, 65, 300].map((salt) => ({ hash, mask, salt }))),
);

it("of all spellings only the true one makes a signature right, here as in Element's form", async () => {
  const valid: object[] = [];
  for (const { hash, mask, salt } of swaps) {
    const signedBy = { hash: "sha512", pssSaltLength: 64, claimed: pssAlgorithm(hash, mask, salt) } as const;
    const verdict = await judge(x509(options), cmsPem(elementCms(signer, { signedBy })));
    const general = await judge(cms(options), cmsBase64(elementCms(signer, { signedBy })));
    expect(verdict.status === "valid").toBe(general.status === "valid");
    if (verdict.status === "valid") valid.push({ hash, mask, salt });
  }
  expect(valid).toEqual([{ hash: "sha512", mask: "sha512", salt: 64 }]);
});

it("a signature that was made with other parameters is none of Element's, whatever stands beside it", async () => {
  for (const pssSaltLength of [0, 20, 32, 63]) {
    const signedBy: TestCmsWishes["signedBy"] = {
      hash: "sha512",
      pssSaltLength,
      claimed: pssAlgorithm("sha512", "sha512", 64),
    };
    expect((await judge(x509(options), cmsPem(elementCms(signer, { signedBy })))).code).toBe("bad-signature");
    const attributed = makeCms({ content: masterKeyOf().bytes, signer, signedBy });
    expect((await judge(cms(options), cmsBase64(attributed))).code).toBe("bad-signature");
  }
});

import { describe, expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import type { Verdict } from "../../src/model/report.js";
import { makeAuthority, makeKey, type TestKeyKind } from "../support/certificates.js";
import { makeCms, signingCertificateV2 } from "../support/cms.js";
import { cmsBase64, cmsPem, elementCms, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

const root = makeRoot();
const middle = makeAuthority({ subject: "Middle", issuer: root });
const options = { trustedCertificates: root.pem };

/** What a reader goes by: anything else may change. */
const meaning = ({ code, signer, certificate, validFrom, validUntil }: Verdict): object => ({
  ...{ code, signer, certificate, validFrom, validUntil },
});

/** Every bit whose flip a verdict survives: its octet. The verdict means the same then, or the test fails. */
async function survivingOctets(der: Uint8Array, verdictOn: (der: Uint8Array) => Promise<Verdict>): Promise<number[]> {
  const original = await verdictOn(der);
  expect(original.code).toBe("valid");
  const survivors = new Set<number>();
  for (let bit = 0; bit < der.length * 8; bit++) {
    const flipped = Uint8Array.from(der);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const verdict = await verdictOn(flipped);
    expect(verdict.code).not.toBe("verifier-failed");
    if (verdict.status !== "valid") continue;
    survivors.add(bit >> 3);
    expect(meaning(verdict)).toEqual(meaning(original));
  }
  return [...survivors];
}

/**
 * Octets that say nothing that anybody relies on: the version of SignedData and the digests listed before the content (RFC 5652
 * §5.1), and the letters of the issuer's name in the signer's identifier, whose case does not matter (RFC 5280 §7.1).
 */
function insignificantOctets(der: Uint8Array): Set<number> {
  const text = Buffer.from(der).toString("latin1");
  const head = [text.indexOf("\x02\x01"), text.indexOf("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01") - 2] as const;
  const name = text.lastIndexOf("Middle");
  const range = (start: number, end: number): number[] =>
    Array.from({ length: end - start }, (_, index) => start + index);
  return new Set([...range(...head), ...range(name, name + "Middle".length)]);
}

describe("every single bit of a signature and of each certificate in it, flipped", () => {
  it("is refused in Element's form, whatever bit it is", async () => {
    const leaf = makeSigner(middle);
    const der = elementCms(leaf, { certificates: [leaf, middle] });
    expect(await survivingOctets(der, (flipped) => judge(x509(options), cmsPem(flipped)))).toEqual([]);
  });

  it.each<[TestKeyKind, boolean]>([
    ["p256", true],
    ["ed25519", false],
  ])("is refused, or changes nothing that is signed: %s, attributes %s", async (kind, hasAttributes) => {
    const signer = makeSigner(middle, { key: makeKey(kind) });
    const attributes = hasAttributes ? [signingCertificateV2(signer)] : null;
    const der = makeCms({ content: masterKeyOf().bytes, signer, certificates: [signer, middle], attributes });
    const octets = await survivingOctets(der, (flipped) => judge(cms(options), cmsBase64(flipped)));
    const insignificant = insignificantOctets(der);
    expect(octets.filter((octet) => !insignificant.has(octet))).toEqual([]);
    expect(octets.length).toBeGreaterThan(0);
  });
});

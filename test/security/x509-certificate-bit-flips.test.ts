import { expect, it } from "vitest";
import { type Certificate, readCertificate } from "../../src/algorithms/shared/certificate.js";
import { CertificatePool } from "../../src/algorithms/shared/certificate-pool.js";
import { validatePaths } from "../../src/algorithms/shared/certification-path.js";
import { CountersignError } from "../../src/errors.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { makeAuthority, makeLeaf, read, type TestCertificate, testTime } from "../support/certificates.js";

const { subjectAltName, extendedKeyUsage } = certificateExtension;

async function readUnlessRefused(der: Uint8Array): Promise<Certificate | undefined> {
  try {
    return await readCertificate(der);
  } catch (error) {
    // Whatever a stranger wrote is refused in one way.
    if (error instanceof CountersignError && error.code === "ERR_DER_MALFORMED") return undefined;
    throw error;
  }
}

/** Positions of all bits that can be flipped in the leaf without anybody noticing. */
async function unnoticedFlips(issuer: TestCertificate, leaf: TestCertificate): Promise<number[]> {
  const roots = new CertificatePool([await read(issuer)]);
  const whole = { presented: [], roots, at: testTime };
  expect((await validatePaths({ leaf: await read(leaf), ...whole })).code).toBe("valid");
  const unnoticed: number[] = [];
  for (let bit = 0; bit < leaf.der.length * 8; bit++) {
    const flipped = Uint8Array.from(leaf.der);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const read = await readUnlessRefused(flipped);
    if (read && (await validatePaths({ leaf: read, ...whole })).status === "valid") unnoticed.push(bit);
  }
  return unnoticed;
}

it.each(["p256", "ed25519", "rsa2048"] as const)(
  "no single bit of a certificate can be flipped: %s",
  async (key) => {
    const issuer = makeAuthority({ subject: "CA", key });
    const extensions = [
      subjectAltName(generalName.uri("matrix:u/alice:example.org")),
      extendedKeyUsage("1.3.6.1.5.5.7.3.2"),
    ];
    expect(await unnoticedFlips(issuer, makeLeaf({ subject: "Alice", issuer, extensions }))).toEqual([]);
  },
  60_000,
);

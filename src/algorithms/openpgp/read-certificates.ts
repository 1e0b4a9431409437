import { type Certificate, keyRevocations, readCertificate, readRevocations } from "./certificate.js";
import { issuerNames } from "./fingerprint.js";
import type { KeyData } from "./key-data.js";
import { mergeCertificates, withRevocations } from "./merge-certificates.js";
import type { ParsedSignature } from "./signature-packet.js";

/** What stands in one answer or output about one certificate, and what revokes others. */
export interface ReadCertificates {
  /** By fingerprint, all copies merged, with the revocations that stand anywhere in the same data. */
  readonly certificates: ReadonlyMap<string, Certificate>;
  /** Revocations of certificates that are not in the data. */
  readonly loose: readonly ParsedSignature[];
}

/**
 * Reads every certificate of `data`; the order in it is no matter. Verifies nothing.
 *
 * @throws Fault `too-large` where one is past the bounds
 */
export async function readCertificates(data: Pick<KeyData, "certificates" | "loose">): Promise<ReadCertificates> {
  const certificates = new Map<string, Certificate>();
  const revocations = keyRevocations(data.loose);
  for (const group of data.certificates) {
    revocations.push(...(await readRevocations(group)).strays);
    const certificate = await readCertificate(group);
    if (!certificate) continue;
    const known = certificates.get(certificate.fingerprint);
    certificates.set(certificate.fingerprint, known ? mergeCertificates(known, certificate) : certificate);
  }
  const byIssuer = groupByIssuer(revocations);
  for (const [fingerprint, certificate] of certificates) {
    certificates.set(fingerprint, withRevocations(certificate, revocationsOf(byIssuer, fingerprint)));
  }
  return { certificates, loose: revocations };
}

/** Revocations by each name that they give their issuer. */
export function groupByIssuer(revocations: readonly ParsedSignature[]): Map<string, ParsedSignature[]> {
  const byIssuer = new Map<string, ParsedSignature[]>();
  for (const signature of revocations) {
    for (const issuer of signature.issuers) {
      const others = byIssuer.get(issuer);
      if (others) others.push(signature);
      else byIssuer.set(issuer, [signature]);
    }
  }
  return byIssuer;
}

/** Those that name this certificate as their issuer, by fingerprint or key ID. */
export function revocationsOf(
  byIssuer: ReadonlyMap<string, readonly ParsedSignature[]>,
  fingerprint: string,
): ParsedSignature[] {
  return issuerNames(fingerprint).flatMap((name) => byIssuer.get(name) ?? []);
}

import { type Signer, statusOfCode, type Verdict } from "../model/report.js";
import type { SignerCertificate } from "../model/signer-certificate.js";

const sha256Hex = /^[0-9a-f]{64}$/;
const times = ["createdAt", "expiresAt", "validFrom", "validUntil", "freshUntil"] as const;

/**
 * Whether a verdict has the form of one, so that whoever weighs it neither stumbles over it, which would keep everybody else from an
 * answer, nor compares a time with what is none.
 *
 * What is called valid must say by whom, so that a withdrawal can name it. Whether what it says is true is not checked.
 */
export function isBelievable(verdict: Verdict): boolean {
  const { status, code, signer, valueHash, certificate } = verdict;
  if (!Object.hasOwn(statusOfCode, code) || statusOfCode[code] !== status) return false;
  if (status === "valid" && !signer) return false;
  const isHash = valueHash === undefined || sha256Hex.test(valueHash);
  const areTimes = times.every((name) => verdict[name] === undefined || Number.isSafeInteger(verdict[name]));
  return isHash && areTimes && (!signer || isSigner(signer)) && (!certificate || isCertificate(certificate));
}

function isSigner({ fingerprint, keyHash, primaryKeyHash = keyHash, names }: Signer): boolean {
  const areHashes = [keyHash, primaryKeyHash].every((one) => sha256Hex.test(one));
  return isText(fingerprint) && areHashes && Array.isArray(names) && names.every(isText);
}

function isCertificate({ paths, lapsedPaths, timestamps, ...certificate }: SignerCertificate): boolean {
  if (![paths, lapsedPaths, timestamps].every(Array.isArray) || !Number.isSafeInteger(certificate.notBefore))
    return false;
  return [...paths, ...lapsedPaths].every(
    ({ certificates, emails, validFrom, validUntil }) =>
      [certificates, emails].every(Array.isArray) &&
      emails.every(isText) &&
      [validFrom, validUntil].every(Number.isSafeInteger) &&
      certificates.every((one) => [one.sha256, one.keyHash, one.subject].every(isText)),
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

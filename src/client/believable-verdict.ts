import type { SignatureStatus, Verdict } from "../model/report.js";
import { readSignerCertificate } from "../store/read-signer-certificate.js";

const unconvincing: readonly SignatureStatus[] = ["invalid", "indeterminate", "unsupported"];
const sha256Hex = /^[0-9a-f]{64}$/;
const times = ["createdAt", "expiresAt", "validFrom", "validUntil", "freshUntil"] as const;

/**
 * Whether a verdict has the form of one, whoever wrote the algorithm: what no withdrawal could name could never be taken back, and
 * against a time that is no number every comparison fails, so that nothing would be too old.
 *
 * Does not check that it is right.
 */
export function isBelievable(verdict: Verdict): boolean {
  const { status, code, signer, valueHash, certificate } = verdict;
  if (status !== "valid" && !unconvincing.includes(status)) return false;
  const isTimed = times.every((time) => verdict[time] === undefined || Number.isFinite(verdict[time]));
  if (typeof code !== "string" || !isTimed || !(signer === undefined || isSigner(signer))) return false;
  if (certificate !== undefined && !readSignerCertificate(certificate)) return false;
  return status !== "valid" || (signer !== undefined && isNameable(signer.keyHash, valueHash));
}

function isSigner({ fingerprint, names }: NonNullable<Verdict["signer"]>): boolean {
  const list: unknown = names;
  return typeof fingerprint === "string" && Array.isArray(list) && list.every((name) => typeof name === "string");
}

function isNameable(keyHash: string, valueHash: string | undefined): boolean {
  return sha256Hex.test(keyHash) && (valueHash === undefined || sha256Hex.test(valueHash));
}

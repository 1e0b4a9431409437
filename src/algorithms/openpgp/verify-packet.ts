import type { ReportCode, Signer, Verdict } from "../../model/report.js";
import { Fault, verdictOf } from "../shared/fault.js";
import { clockSkewMs } from "../shared/limits.js";
import { checkSignature, documentData } from "./check-signature.js";
import type { JudgedCertificate, JudgedKey } from "./judged-certificate.js";
import type { OpenPgpLibrary } from "./library.js";
import { maxIssuerCandidates } from "./limits.js";
import { refusalOf } from "./self-signatures.js";
import type { ParsedSignature } from "./signature-packet.js";
import { keyAlgorithmFault } from "./strength.js";
import { type KeyState, keyStateAt, namesAt } from "./validity.js";
import { isRightByWebCrypto } from "./web-crypto.js";

const forever = Number.POSITIVE_INFINITY;

/** Judges one signature packet on `bytes` by one certificate at `nowMs` (PROTOCOL, org.openpgp.signature). */
export async function verifyPacket(
  library: OpenPgpLibrary,
  signature: ParsedSignature,
  certificate: JudgedCertificate,
  bytes: Uint8Array,
  nowMs: number,
): Promise<Verdict> {
  const fault = keyAlgorithmFault(signature.keyAlgorithm) ?? refusalOf(signature);
  if (fault !== undefined) return verdictOf(fault);
  const made = await findSigner(library, signature, certificate, bytes);
  if (typeof made === "string") return verdictOf(made);
  const verdict = judgeTimes(signature, keyStateAt(certificate.primary, nowMs), keyStateAt(made, nowMs), nowMs);
  const { createdMs, expiresMs } = signature;
  return {
    ...verdict,
    signer: describe(made, certificate, nowMs),
    createdAt: createdMs,
    ...(expiresMs === forever ? {} : { expiresAt: expiresMs }),
  };
}

/** The key of the certificate that made the signature, or why there is none. */
async function findSigner(
  library: OpenPgpLibrary,
  signature: ParsedSignature,
  certificate: JudgedCertificate,
  bytes: Uint8Array,
): Promise<JudgedKey | ReportCode> {
  const candidates = certificate.candidates(signature.issuers).slice(0, maxIssuerCandidates);
  let reason: ReportCode = "wrong-key";
  for (const fingerprint of candidates) {
    try {
      const judged = await certificate.key(fingerprint);
      if (await isRightByWebCrypto(signature, judged.key, bytes)) return judged;
      const outcome = await checkSignature(library, signature, judged.key, documentData(bytes));
      if (outcome === "right") return judged;
      reason = outcome === "unsupported" ? "unsupported-key" : "bad-signature";
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (candidates.length === 1) reason = error.code;
    }
  }
  return reason;
}

/** All that depends on time and on how the keys stand; the mathematics is known to be right. */
function judgeTimes(signature: ParsedSignature, primary: KeyState, signer: KeyState, nowMs: number): Verdict {
  const { createdMs, expiresMs } = signature;
  if (primary.isRevokedHard || signer.isRevokedHard) return verdictOf("key-revoked");
  if (createdMs > nowMs + clockSkewMs) return verdictOf("made-in-future");
  const fault = primary.bindingFault ?? signer.bindingFault ?? signer.useFault;
  if (fault !== undefined) return verdictOf(fault);
  if (createdMs < Math.max(primary.createdMs, signer.createdMs)) return verdictOf("key-not-for-signing");
  const revokedMs = Math.min(primary.revokedSoftlyMs, signer.revokedSoftlyMs);
  if (createdMs >= revokedMs) return verdictOf("key-revoked");
  const notBeforeMs = Math.max(primary.notBeforeMs ?? 0, signer.notBeforeMs ?? 0);
  if (notBeforeMs > 0) return verdictOf("not-yet-valid", { validFrom: notBeforeMs });
  const keyEndsMs = Math.min(primary.endsMs, signer.endsMs);
  if (createdMs >= keyEndsMs) return verdictOf("key-expired");
  const endMs = Math.min(expiresMs, keyEndsMs, revokedMs);
  const interval = { validFrom: createdMs, ...(endMs === forever ? {} : { validUntil: endMs }) };
  if (revokedMs <= nowMs) return verdictOf("key-revoked-softly", interval);
  if (expiresMs <= nowMs) return verdictOf("expired", interval);
  if (keyEndsMs <= nowMs) return verdictOf("key-expired", interval);
  const untilMs = Math.min(endMs, primary.changesMs, signer.changesMs);
  return verdictOf("valid", { validFrom: createdMs, ...(untilMs === forever ? {} : { validUntil: untilMs }) });
}

function describe(made: JudgedKey, certificate: JudgedCertificate, nowMs: number): Signer {
  const { fingerprint, keyHash } = made.key;
  const primary = certificate.primary.key;
  return {
    fingerprint: primary.fingerprint,
    ...(made.isSubkey ? { signingKey: fingerprint, primaryKeyHash: primary.keyHash } : {}),
    keyHash,
    names: namesAt(certificate.userIds, nowMs),
  };
}

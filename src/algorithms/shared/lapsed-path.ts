import type { LapsedSignerPath } from "../../model/signer-certificate.js";
import type { CertificationPath } from "./path-types.js";
import type { RevocationFinding, RevocationMode } from "./revocation-types.js";

/** A path that was valid until it ended by time alone, or because a certificate was superseded, retired or put on hold. */
export interface LapsedPath extends CertificationPath {
  /** Why it ended; of both the softer revocation, which is the graver. */
  readonly code: LapsedSignerPath["code"];
}

/**
 * Of paths that have faults those that were valid once, each with the interval in which it was.
 *
 * Under `hard-fail` only where lists or answers that are good now tell of every certificate of it, and could: whoever lists
 * revocations leaves out who has expired, so of such a certificate only what was made before its end tells anything, and only
 * by an issuer that had not expired itself.
 *
 * @param now milliseconds since 1970
 */
export function lapsedPaths(
  rejected: readonly CertificationPath[],
  mode: RevocationMode,
  now: number,
): readonly LapsedPath[] {
  return rejected.flatMap((path) => {
    const codes = path.faults.map(({ code }) => code);
    const isSoft = codes.includes("cert-revoked-softly");
    const hasOnlyEnded = codes.every((code) => code === "cert-expired" || code === "cert-revoked-softly");
    const validUntil = Math.min(path.validUntil, ...path.revocation.flatMap(softEnd));
    const isKnown = mode !== "hard-fail" || isRevocationKnown(path, now);
    if (!hasOnlyEnded || validUntil <= path.validFrom || !isKnown) return [];
    return [{ ...path, validUntil, code: isSoft ? ("cert-revoked-softly" as const) : ("cert-expired" as const) }];
  });
}

function softEnd({ status, revokedAt = Number.NEGATIVE_INFINITY }: RevocationFinding): number[] {
  return status === "revoked-softly" ? [revokedAt] : [];
}

function isRevocationKnown({ chain, revocation }: CertificationPath, now: number): boolean {
  const ends = chain.map(({ notAfter }) => notAfter);
  return chain.slice(1).every((_certificate, index) => {
    const { status, thisUpdate, nextUpdate } = revocation[index] ?? {};
    if (thisUpdate === undefined || nextUpdate === undefined || nextUpdate <= now) return false;
    // Of one that is on a list it does not matter when that was made.
    const bound = status === "revoked-softly" ? ends.slice(0, index + 1) : ends.slice(0, index + 2);
    return (status === "good" || status === "revoked-softly") && thisUpdate <= Math.min(...bound);
  });
}

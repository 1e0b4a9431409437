import type { SignatureTimestamp } from "../../model/signer-certificate.js";
import { validatePaths } from "./certification-path.js";
import type { CertificationPath, PathRequest, PathVerdict } from "./path-types.js";

/** Timestamps on a signature. */
export interface TimestampFindings {
  readonly shown: readonly SignatureTimestamp[];
  /** The earliest moment that one which counts proves. */
  readonly at?: number;
  /** Until when that one can be verified. */
  readonly validUntil?: number;
}

/**
 * Judges paths now, or where that is too late and a timestamp counts, at its time: a certificate that has expired since, or was taken
 * back for no cause, was good when the signature was there already.
 *
 * Lists leave certificates out that have expired, so one of today proves nothing of them: under `hard-fail` a path counts only if
 * there are lists or answers about it that were good at the timestamp's time. What says today that they were revoked counts all
 * the same.
 *
 * @throws CountersignError `ERR_ABORTED`; what the platform throws where it cannot compute
 */
export async function validateAt(request: PathRequest, { at, validUntil }: TimestampFindings): Promise<PathVerdict> {
  const paths = await validatePaths(request);
  const isTooLate = paths.code === "cert-expired" || paths.code === "cert-revoked-softly";
  if (!isTooLate || at === undefined) return paths;
  const { mode = "none", evidence } = request.revocation ?? {};
  const known = evidence ? { evidence } : {};
  const softly = mode === "none" ? mode : "soft-fail";
  const then = await validatePaths({ ...request, at, revocation: { mode: softly, ...known } });
  let saved = then.validPaths;
  if (mode === "hard-fail") {
    const atThatTime = await validatePaths({ ...request, at, now: at, revocation: { mode, ...known } });
    const good = new Set(atThatTime.validPaths.map(nameOf));
    saved = saved.filter((path) => good.has(nameOf(path)));
  }
  if (saved.length === 0) return paths;
  const ends = { validUntil: validUntil ?? at, freshUntil: validUntil ?? at };
  return {
    ...then,
    ...ends,
    validPaths: saved.map((path) => ({ ...path, validUntil: ends.validUntil })),
    rejectedPaths: [],
  };
}

function nameOf({ chain }: CertificationPath): string {
  return chain.map(({ sha256 }) => sha256).join();
}

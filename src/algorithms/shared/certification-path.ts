import { type ReportCode, statusOfCode } from "../../model/report.js";
import { type BuiltPath, buildPaths } from "./path-building.js";
import { findChainFaults } from "./path-rules.js";
import type { CertificationPath, PathFault, PathRequest, PathVerdict } from "./path-types.js";
import { checkRevocation } from "./revocation.js";
import type { RevocationFinding } from "./revocation-types.js";

const maxReported = 16;

/** From the gravest to the least: what a later attempt, another time or better evidence cannot mend comes first. */
const gravity: readonly ReportCode[] = [
  "cert-revoked",
  "weak-algorithm",
  "unknown-critical-extension",
  "not-a-ca",
  "path-length",
  "name-constraints",
  "policy",
  "key-usage",
  "extended-key-usage",
  "unsupported-key",
  "cert-revoked-softly",
  "cert-expired",
  "cert-not-yet-valid",
  "revocation-unknown",
];

/**
 * Finds every certification path from a given root to a certificate and judges each by RFC 5280 §6.
 *
 * Checks signatures, times, basicConstraints, path lengths, key usage, extended key usage, policies (initial set any-policy, no
 * flags), name constraints, unknown critical extensions, and revocation as asked. Does not check what the certificate's names
 * say: see {@link matrixServerPasses}. One valid path is enough for `valid`; else the code is that of the path that fails least,
 * `no-path` where there is none, and `too-large` where a bound ended the search before one was found.
 *
 * @throws CountersignError `ERR_ABORTED`; what the platform throws where it cannot compute. Never for what a stranger wrote.
 */
export async function validatePaths(request: PathRequest): Promise<PathVerdict> {
  const { paths, isComplete } = await buildPaths(request);
  const judged: CertificationPath[] = [];
  for (const path of paths) judged.push(await judgePath(path, request));
  const validPaths = judged.filter(({ faults }) => faults.length === 0).slice(0, maxReported);
  const rejectedPaths = judged
    .filter(({ faults }) => faults.length > 0)
    .sort((a, b) => gravityOf(b) - gravityOf(a))
    .slice(0, maxReported);
  const code = codeOf(validPaths, rejectedPaths, isComplete);
  return {
    status: statusOfCode[code],
    code,
    validPaths,
    rejectedPaths,
    ...intervals(validPaths, rejectedPaths, request),
  };
}

async function judgePath(built: BuiltPath, request: PathRequest): Promise<CertificationPath> {
  const { chain, broken } = built;
  const faults = findChainFaults(chain, request.at, request.purpose ?? "signature");
  if (broken) {
    const code = broken.outcome === "weak" ? "weak-algorithm" : "unsupported-key";
    faults.push({ code, certificate: broken.certificate.sha256 });
  }
  // Nobody is asked about certificates that no answer could save.
  const isHopeless = faults.some(({ code }) => statusOfCode[code] !== "indeterminate");
  const revocation = isHopeless ? [] : await checkRevocation(chain, request, validatePaths);
  faults.push(...revocation.flatMap((finding) => revocationFault(finding, request)));
  return {
    chain,
    validFrom: Math.max(...chain.map(({ notBefore }) => notBefore)),
    validUntil: Math.min(...chain.map(({ notAfter }) => notAfter)),
    revocation,
    faults: faults.sort((a, b) => gravity.indexOf(a.code) - gravity.indexOf(b.code)),
  };
}

function revocationFault({ certificate, status }: RevocationFinding, { revocation }: PathRequest): PathFault[] {
  switch (status) {
    case "revoked":
      return [{ code: "cert-revoked", certificate }];
    case "revoked-softly":
      return [{ code: "cert-revoked-softly", certificate }];
    case "unknown":
      return revocation?.mode === "hard-fail" ? [{ code: "revocation-unknown", certificate }] : [];
    case "good":
      return [];
  }
}

/** Position of the gravest fault. */
function gravityOf({ faults }: CertificationPath): number {
  return Math.min(...faults.map(({ code }) => gravity.indexOf(code)));
}

function codeOf(
  valid: readonly CertificationPath[],
  rejected: readonly CertificationPath[],
  isComplete: boolean,
): ReportCode {
  if (valid.length > 0) return "valid";
  if (!isComplete) return "too-large";
  return rejected[0]?.faults[0]?.code ?? "no-path";
}

function intervals(
  valid: readonly CertificationPath[],
  rejected: readonly CertificationPath[],
  { now, at }: PathRequest,
): Pick<PathVerdict, "validFrom" | "validUntil" | "freshUntil"> {
  const longest = [...valid].sort((a, b) => b.validUntil - a.validUntil)[0];
  const best = longest ?? rejected[0];
  if (!best) return {};
  const revokedAt = best.revocation.flatMap(({ status, revokedAt }) =>
    status === "revoked-softly" ? (revokedAt ?? []) : [],
  );
  const validUntil = Math.min(best.validUntil, ...revokedAt);
  const dates = [...valid, ...rejected].flatMap(({ validFrom, validUntil, revocation }) => [
    validFrom,
    validUntil,
    ...revocation.flatMap(({ nextUpdate }) => nextUpdate ?? []),
  ]);
  const freshUntil = Math.min(validUntil, ...dates.filter((date) => date >= (now ?? at)));
  return { validFrom: best.validFrom, validUntil, freshUntil };
}

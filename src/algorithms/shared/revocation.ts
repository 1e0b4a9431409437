import type { Certificate } from "./certificate.js";
import { findByLists } from "./list-status.js";
import { findByAnswers } from "./ocsp-status.js";
import type { PathRequest, PathVerdict } from "./path-types.js";
import { RevocationEvidence } from "./revocation-evidence.js";
import { fetchEvidence } from "./revocation-fetch.js";
import { decisiveFinding } from "./revocation-reason.js";
import type { RevocationFinding } from "./revocation-types.js";

/** Judges the path of a list's issuer; handed in, since judging a path asks here in turn. */
export type ValidatePaths = (request: PathRequest) => Promise<PathVerdict>;

/** Everything that finding out about one certificate needs. */
export interface RevocationQuestion {
  readonly certificate: Certificate;
  /** The certificates above it, root first: never empty, the last one is its issuer. */
  readonly above: readonly Certificate[];
  readonly evidence: RevocationEvidence;
  readonly request: PathRequest;
  readonly validatePaths: ValidatePaths;
}

/**
 * What is known of the revocation of every certificate of a chain but the root, in its order: by revocation lists (RFC 5280
 * §6.3) and OCSP answers (RFC 6960), those of the caller and, where that leaves a certificate in doubt, those fetched.
 *
 * Of two pieces of evidence `revoked` wins. One that is not good now (thisUpdate ≤ now < nextUpdate) proves that a certificate is
 * revoked, never that it is not.
 *
 * @param chain root first, its signatures verified
 * @throws CountersignError `ERR_ABORTED`; what the platform throws where it cannot compute
 */
export async function checkRevocation(
  chain: readonly Certificate[],
  request: PathRequest,
  validatePaths: ValidatePaths,
): Promise<RevocationFinding[]> {
  const { mode = "none", evidence = new RevocationEvidence(), fetch } = request.revocation ?? {};
  if (mode === "none") return [];
  const findings: RevocationFinding[] = [];
  for (const [index, certificate] of chain.entries()) {
    const above = chain.slice(0, index);
    if (above.length === 0) continue;
    const question = { certificate, above, evidence, request, validatePaths };
    let finding = await findStatus(question);
    if (finding.status === "unknown" && fetch) {
      await fetchEvidence(question, fetch, async () => {
        finding = await findStatus(question);
        return finding.status !== "unknown";
      });
    }
    findings.push(finding);
  }
  return findings;
}

async function findStatus(question: RevocationQuestion): Promise<RevocationFinding> {
  const findings = [...(await findByLists(question)), ...(await findByAnswers(question))];
  return decisiveFinding(findings) ?? { certificate: question.certificate.sha256, status: "unknown" };
}

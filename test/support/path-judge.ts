import { CertificatePool } from "../../src/algorithms/shared/certificate-pool.js";
import { validatePaths } from "../../src/algorithms/shared/certification-path.js";
import type { PathRequest, PathVerdict } from "../../src/algorithms/shared/path-types.js";
import { RevocationEvidence } from "../../src/algorithms/shared/revocation-evidence.js";
import type { RevocationMode } from "../../src/algorithms/shared/revocation-types.js";
import { read, type TestCertificate, testTime } from "./certificates.js";

/** What to judge: a chain, root first and leaf last, and what else is there. */
export interface JudgedChain extends Partial<Pick<PathRequest, "purpose" | "signal" | "now">> {
  readonly chain: readonly TestCertificate[];
  /** The chain's first where absent. */
  readonly roots?: readonly TestCertificate[];
  /** Certificates that came along besides the chain's. */
  readonly presented?: readonly TestCertificate[];
  readonly at?: number;
  readonly mode?: RevocationMode;
  readonly lists?: readonly Uint8Array[];
  readonly answers?: readonly Uint8Array[];
}

/** The verdict on the chain's last certificate, at the tests' own time. */
export async function judgePaths(wishes: JudgedChain): Promise<PathVerdict> {
  const { chain, roots = chain.slice(0, 1), presented = [], lists = [], answers = [], at = testTime } = wishes;
  const { mode = lists.length + answers.length > 0 ? "hard-fail" : "none", purpose, signal, now } = wishes;
  const leaf = chain.at(-1);
  if (!leaf) throw new Error("expected a chain");
  return validatePaths({
    leaf: await read(leaf),
    presented: await Promise.all([...chain.slice(1, -1), ...presented].map(read)),
    roots: new CertificatePool(await Promise.all(roots.map(read))),
    at,
    ...(purpose && { purpose }),
    ...(signal && { signal }),
    ...(now !== undefined && { now }),
    revocation: { mode, evidence: new RevocationEvidence({ lists, answers }) },
  });
}

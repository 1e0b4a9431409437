import { equalBytes } from "../../encoding/bytes.js";
import { throwIfAborted } from "../../model/abort.js";
import type { Certificate } from "./certificate.js";
import { CertificatePool } from "./certificate-pool.js";
import { verifyLink } from "./link.js";
import type { PathRequest } from "./path-types.js";
import type { SignatureOutcome } from "./verify-signature.js";

/** Certificates beside the leaf that a signature may bring along. */
export const maxPresented = 64;
/** Certificates in a path, root and leaf counted. */
export const maxPathCertificates = 10;
/** Paths that are looked at. */
const maxPaths = 32;
/** Candidates that are looked at for one leaf; each costs a signature at most. */
const maxSteps = 256;

/** A chain of certificates that fits together by name and signature. */
export interface BuiltPath {
  /** Root first. */
  readonly chain: readonly Certificate[];
  /** The first certificate whose signature could not be computed, and why; all others are right. */
  readonly broken?: { readonly certificate: Certificate; readonly outcome: "weak" | "unsupported" };
}

/** What {@link buildPaths} found. */
export interface BuiltPaths {
  readonly paths: readonly BuiltPath[];
  /** `false` where a bound ended the search. */
  readonly isComplete: boolean;
}

/**
 * Every chain from one of `roots` to `leaf` through the certificates presented, in which each was signed by the one before.
 *
 * Checks names and signatures alone. Key identifiers say which candidate to try first, never which counts: they are a stranger's
 * word. No certificate stands in a chain twice, nor does the same name with the same key. Bounded: 64 certificates
 * presented, 10 in a chain, 32 chains, and the work as a whole.
 *
 * @throws CountersignError `ERR_ABORTED`; what the platform throws where it cannot compute
 * @see RFC 4158
 */
export async function buildPaths({
  leaf,
  presented,
  intermediates,
  roots,
  signal,
}: Pick<PathRequest, "leaf" | "presented" | "intermediates" | "roots" | "signal">): Promise<BuiltPaths> {
  if (presented.length > maxPresented) return { paths: [], isComplete: false };
  const pools = [roots, ...(intermediates ? [intermediates] : []), new CertificatePool(presented)];
  const search = new Search(roots, pools, signal);
  await search.climb([leaf], undefined);
  return search;
}

class Search implements BuiltPaths {
  readonly paths: BuiltPath[] = [];
  isComplete = true;
  readonly #roots: CertificatePool;
  readonly #pools: readonly CertificatePool[];
  readonly #signal: AbortSignal | undefined;
  #steps = 0;

  constructor(roots: CertificatePool, pools: readonly CertificatePool[], signal: AbortSignal | undefined) {
    this.#roots = roots;
    this.#pools = pools;
    this.#signal = signal;
  }

  /** @param chain root first: its first certificate is the one to find issuers of */
  async climb(chain: readonly [Certificate, ...Certificate[]], broken: BuiltPath["broken"]): Promise<void> {
    const [top] = chain;
    if (this.#roots.has(top)) this.paths.push({ chain, ...(broken && { broken }) });
    for (const issuer of this.#issuersOf(top)) {
      throwIfAborted(this.#signal);
      if (chain.some((certificate) => isSameAuthority(certificate, issuer))) continue;
      if (chain.length === maxPathCertificates || !this.#mayGoOn()) {
        this.isComplete = false;
        return;
      }
      const outcome = await verifyLink(top, issuer);
      if (outcome !== "wrong") await this.climb([issuer, ...chain], brokenBy(top, outcome) ?? broken);
    }
  }

  #issuersOf({ issuer, extensions: { authorityKeyId } }: Certificate): readonly Certificate[] {
    const candidates = new CertificatePool(this.#pools.flatMap((pool) => pool.withSubject(issuer.comparable)));
    const isHinted = ({ extensions: { subjectKeyId } }: Certificate): boolean =>
      authorityKeyId !== undefined && subjectKeyId !== undefined && equalBytes(authorityKeyId, subjectKeyId);
    return [...candidates.all()].sort((a, b) => Number(isHinted(b)) - Number(isHinted(a)));
  }

  #mayGoOn(): boolean {
    this.#steps++;
    return this.#steps <= maxSteps && this.paths.length < maxPaths;
  }
}

function brokenBy(certificate: Certificate, outcome: SignatureOutcome): BuiltPath["broken"] {
  return outcome === "weak" || outcome === "unsupported" ? { certificate, outcome } : undefined;
}

function isSameAuthority(a: Certificate, b: Certificate): boolean {
  return a.subject.comparable === b.subject.comparable && equalBytes(a.publicKey.encoded, b.publicKey.encoded);
}

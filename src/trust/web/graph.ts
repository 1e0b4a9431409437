import { compareText } from "../../encoding/compare-text.js";
import type { Introduction } from "../../model/introduction.js";

/** One introduction of another certificate, by numbers: what a search walks along. */
export interface Edge {
  /** Number of the introducing certificate. */
  readonly issuer: number;
  /** Number of the introduced certificate. */
  readonly target: number;
  /** The same number for all that one key says about another, in whichever certificates: their amounts do not add. */
  readonly pair: number;
  readonly introduction: Introduction;
  /** Copies of what every step of a search looks at. */
  readonly amount: number;
  readonly depth: number;
}

/** The introductions that are in effect in one span of time. */
export interface Graph {
  /** Numbers of the certificates, by fingerprint. */
  readonly nodes: ReadonlyMap<string, number>;
  /** Hash of each certificate's primary key. */
  readonly keyHashes: readonly string[];
  /** By number of the introduced certificate. */
  readonly incoming: readonly (readonly Edge[])[];
  /** By number of the certificate: the names that it gives itself. */
  readonly ownNames: readonly ReadonlyMap<string, Introduction>[];
  /** Whether any introduction is limited to domains. */
  readonly isLimited: boolean;
}

/** Full trust (RFC 9580 §5.2.3.21): no single path carries more. */
export const fullAmount = 120;

/**
 * Builds the graph of these introductions, whatever their times.
 *
 * The result is the same in every order of `introductions`: certificates and what stands between two are sorted.
 */
export function buildGraph(introductions: readonly Introduction[]): Graph {
  const keyHashOf = new Map<string, string>();
  for (const { issuer, issuerKeyHash, target, targetKeyHash } of introductions) {
    keyHashOf.set(issuer, issuerKeyHash);
    keyHashOf.set(target, targetKeyHash);
  }
  const fingerprints = [...keyHashOf.keys()].sort();
  const nodes = new Map(fingerprints.map((fingerprint, index) => [fingerprint, index]));
  const incoming = fingerprints.map((): Edge[] => []);
  const ownNames = fingerprints.map(() => new Map<string, Introduction>());
  const pairs = new Map<string, number>();
  const isLimited = introductions.some(({ domains }) => domains !== undefined);
  for (const introduction of [...introductions].sort(compare)) {
    const issuer = nodes.get(introduction.issuer) ?? 0;
    const target = nodes.get(introduction.target) ?? 0;
    if (issuer === target) {
      ownNames[target]?.set(introduction.name, introduction);
      continue;
    }
    const between = `${introduction.issuerKeyHash}>${introduction.targetKeyHash}`;
    const pair = pairs.get(between) ?? pairs.size;
    pairs.set(between, pair);
    const { amount, depth } = introduction;
    incoming[target]?.push({ issuer, target, pair, introduction, amount, depth });
  }
  return { nodes, keyHashes: fingerprints.map((name) => keyHashOf.get(name) ?? ""), incoming, ownNames, isLimited };
}

/** Total on all that a search looks at, so that what is left equal is the same to it. */
function compare(a: Introduction, b: Introduction): number {
  return (
    compareText(a.issuer, b.issuer) ||
    compareText(a.target, b.target) ||
    b.amount - a.amount ||
    b.depth - a.depth ||
    compareText(a.name, b.name) ||
    compareText(domainsOf(a), domainsOf(b)) ||
    b.createdAt - a.createdAt ||
    b.validFrom - a.validFrom ||
    (b.validUntil ?? Number.POSITIVE_INFINITY) - (a.validUntil ?? Number.POSITIVE_INFINITY) ||
    0
  );
}

function domainsOf({ domains }: Introduction): string {
  return domains === undefined ? "" : `:${[...domains].sort().join()}`;
}

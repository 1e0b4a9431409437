import type { Introduction } from "../../model/introduction.js";
import { buildGraph, type Graph } from "./graph.js";
import { PathFinder } from "./path-finder.js";
import type { TrustRoot } from "./root-set.js";

/** A graph and the span of time in which it stays what it is. */
interface Span {
  readonly from: number;
  readonly until: number;
  readonly graph: Graph;
  readonly finders: WeakMap<readonly TrustRoot[], PathFinder>;
}

/**
 * A web of trust: verified introductions, ready to be searched.
 *
 * Believes nobody by itself: that begins at the roots of each question. The order of the introductions does not matter.
 */
export class TrustNetwork {
  readonly #introductions: readonly Introduction[];
  readonly #ofAlgorithms = new Map<string, TrustNetwork>();
  #span: Span | undefined;

  constructor(introductions: readonly Introduction[]) {
    this.#introductions = [...introductions];
  }

  /** What one algorithm says: of the keys of another its word is worth nothing. */
  of(algorithm: string): TrustNetwork {
    const known = this.#ofAlgorithms.get(algorithm);
    if (known) return known;
    const network = new TrustNetwork(this.#introductions.filter((one) => one.algorithm === algorithm));
    this.#ofAlgorithms.set(algorithm, network);
    return network;
  }

  /** The introductions in effect at `now`, milliseconds since 1970; kept for as long as they stay the same. */
  graphAt(now: number): Graph {
    return this.#spanAt(now).graph;
  }

  /** Searches them from these roots; kept for as long as the same list of roots is handed in, which must not change. */
  finderAt(now: number, roots: readonly TrustRoot[]): PathFinder {
    const { graph, finders } = this.#spanAt(now);
    const finder = finders.get(roots) ?? new PathFinder(graph, roots);
    finders.set(roots, finder);
    return finder;
  }

  #spanAt(now: number): Span {
    const known = this.#span;
    if (known && known.from <= now && now < known.until) return known;
    let from = Number.NEGATIVE_INFINITY;
    let until = Number.POSITIVE_INFINITY;
    const inEffect = this.#introductions.filter(({ validFrom, validUntil = Number.POSITIVE_INFINITY }) => {
      for (const moment of [validFrom, validUntil]) {
        if (moment <= now) from = Math.max(from, moment);
        else until = Math.min(until, moment);
      }
      return validFrom <= now && now < validUntil;
    });
    const span = { from, until, graph: buildGraph(inEffect), finders: new WeakMap<readonly TrustRoot[], PathFinder>() };
    this.#span = span;
    return span;
  }
}

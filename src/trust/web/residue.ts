import type { Edge, Graph } from "./graph.js";

/** Whom a question believes to begin with. */
export interface TrustRoot {
  /** Fingerprint of its certificate, as introductions write it. */
  readonly key: string;
  /** How much it is believed, 1 to 120: all its paths together carry no more. */
  readonly amount: number;
  /** How many introductions may follow one another from it on: 0 none, 255 any number. */
  readonly depth: number;
}

/** A root in one graph. */
export interface Root extends TrustRoot {
  /** Number of its certificate; absent where it introduces nobody. */
  readonly node: number | undefined;
  /** What two certificates of one key share. */
  readonly identity: string;
}

/**
 * What roots and introductions can still carry after the paths found so far: as in a network of pipes, none carries more than
 * its amount, however many paths lead through it.
 */
export class Residue {
  /** By fingerprint, each once. */
  readonly roots: readonly Root[];
  readonly #usedOfPairs = new Map<number, number>();
  readonly #usedOfRoots = new Map<string, number>();

  constructor(graph: Graph, roots: readonly TrustRoot[]) {
    this.roots = roots
      .map((root) => {
        const node = graph.nodes.get(root.key);
        return { ...root, node, identity: (node === undefined ? undefined : graph.keyHashes[node]) ?? root.key };
      })
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : b.amount - a.amount || b.depth - a.depth));
  }

  leftOf({ pair, introduction }: Edge): number {
    return introduction.amount - (this.#usedOfPairs.get(pair) ?? 0);
  }

  leftOfRoot({ identity, amount }: Root): number {
    return amount - (this.#usedOfRoots.get(identity) ?? 0);
  }

  /** Takes a path's amount from all that it leads through. */
  use(root: Root, edges: readonly Edge[], amount: number): void {
    this.#usedOfRoots.set(root.identity, (this.#usedOfRoots.get(root.identity) ?? 0) + amount);
    for (const { pair } of edges) this.#usedOfPairs.set(pair, (this.#usedOfPairs.get(pair) ?? 0) + amount);
  }
}

import type { Edge } from "./graph.js";
import type { Root } from "./root-set.js";

/**
 * What roots and introductions can still carry after the paths found so far: as in a network of pipes, none carries more than
 * its amount, however many paths lead through it.
 */
export class Residue {
  readonly #usedOfPairs = new Map<number, number>();
  readonly #usedOfRoots = new Map<string, number>();

  leftOf({ pair, amount }: Edge): number {
    return this.#usedOfPairs.size === 0 ? amount : amount - (this.#usedOfPairs.get(pair) ?? 0);
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

import type { Graph } from "./graph.js";

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
  /** The same text for two certificates of one key: they are one root. */
  readonly identity: string;
}

/** The roots that stand in the graph, by the number of their certificate; of two under one key the one with more. */
export function rootsIn(graph: Graph, roots: readonly TrustRoot[]): ReadonlyMap<number, Root> {
  const byNode = new Map<number, Root>();
  for (const root of roots) {
    const node = graph.nodes.get(root.key);
    const known = node === undefined ? undefined : byNode.get(node);
    const hasMore = !known || root.amount > known.amount || (root.amount === known.amount && root.depth > known.depth);
    if (node !== undefined && hasMore) byNode.set(node, { ...root, identity: graph.keyHashes[node] ?? root.key });
  }
  return byNode;
}

import type { Trust } from "../trust.js";
import type { Graph } from "./graph.js";

/** Introductions looked at for one anchor: beyond them nobody is found. */
const maxSteps = 200_000;

/**
 * For each anchor whose key somebody's key introduces: the fingerprints and hashes of those introducing keys. Two anchors of which one stands
 * above the other are one, so they do not add up.
 *
 * Depths of introductions count, those of anchors and domains do not: what stands above a key must not depend on what else the reader
 * believes, or taking an anchor away could make two out of one.
 *
 * @returns by anchor ID; empty for most networks
 */
export function anchorsAbove(
  { anchors }: Pick<Trust, "anchors">,
  graph: Graph,
): ReadonlyMap<string, readonly string[]> {
  const fingerprints = [...graph.nodes.keys()];
  const above = new Map<string, readonly string[]>();
  for (const { id, keys } of anchors) {
    const nodes = keys.map((key) => ("fingerprint" in key ? graph.nodes.get(key.fingerprint) : undefined));
    const found = introducersOf(
      graph,
      nodes.filter((node) => node !== undefined),
    );
    const names = found.flatMap((node) => [fingerprints[node] ?? "", graph.keyHashes[node] ?? ""]);
    if (names.length > 0) above.set(id, [...new Set(names)]);
  }
  return above;
}

/** Numbers of the certificates from which introductions lead that let these ones introduce others. */
function introducersOf({ incoming }: Graph, nodes: readonly number[]): number[] {
  const hops = new Map(nodes.map((node) => [node, 0]));
  let steps = 0;
  for (const [node, distance] of hops) {
    for (const { issuer, depth } of incoming[node] ?? []) {
      if (++steps > maxSteps) break;
      if (depth > distance && !hops.has(issuer)) hops.set(issuer, distance + 1);
    }
  }
  return [...hops].filter(([, distance]) => distance > 0).map(([node]) => node);
}

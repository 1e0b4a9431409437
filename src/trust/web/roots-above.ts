import type { Graph } from "./graph.js";

/** Introductions looked at for one certificate: beyond them nobody is found, who would be found by a search neither. */
const maxSteps = 200_000;

/**
 * What stands for those certificates from which introductions lead to this one, whatever they say, and for the certificate itself.
 *
 * @param byNode what stands for a certificate, by its number
 */
export function rootsAbove<T>(graph: Graph, key: string, byNode: ReadonlyMap<number, readonly T[]>): ReadonlySet<T> {
  const found = new Set<T>();
  const start = graph.nodes.get(key);
  if (start === undefined || byNode.size === 0) return found;
  const queue = [start];
  const seen = new Set(queue);
  let steps = 0;
  for (const node of queue) {
    for (const one of byNode.get(node) ?? []) found.add(one);
    for (const { issuer } of graph.incoming[node] ?? []) {
      if (++steps > maxSteps) return found;
      if (seen.has(issuer)) continue;
      seen.add(issuer);
      queue.push(issuer);
    }
  }
  return found;
}

/** Every name that anybody certified for a certificate, itself included, sorted. */
export function namesOf({ nodes, ownNames, incoming }: Graph, key: string): string[] {
  const node = nodes.get(key);
  if (node === undefined) return [];
  const certified = (incoming[node] ?? []).map(({ introduction }) => introduction.name);
  return [...new Set([...(ownNames[node]?.keys() ?? []), ...certified])].sort();
}

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

/** Those names that anybody certified for a certificate, itself included, of which `isWanted` holds; sorted. */
export function namesOf(
  { nodes, ownNames, incoming }: Graph,
  key: string,
  isWanted: (name: string) => boolean,
): string[] {
  const node = nodes.get(key);
  const names = new Set<string>();
  if (node === undefined) return [];
  for (const name of ownNames[node]?.keys() ?? []) if (isWanted(name)) names.add(name);
  for (const { introduction } of incoming[node] ?? []) if (isWanted(introduction.name)) names.add(introduction.name);
  return [...names].sort();
}

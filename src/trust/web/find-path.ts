import type { Edge, Graph } from "./graph.js";
import { isAllowed } from "./host-of-name.js";
import type { Residue, Root } from "./residue.js";

/** The longest path that is looked for, in introductions. */
const maxHops = 32;
/** Certifications looked at for one question. */
const maxSteps = 200_000;
/** Full trust (RFC 9580 §5.2.3.21): no single path carries more. */
export const fullAmount = 120;

/** What a path has to lead to. */
export interface Goal {
  /** Number of the certificate. */
  readonly node: number;
  /** Only certifications of this name count on the last step; absent where the certificate is to make one statement more. */
  readonly name?: string;
  /** Where all that is said must lie, for certifications that are limited to domains. */
  readonly host: string | undefined;
}

/** The best path that is left. */
export interface FoundPath {
  readonly root: Root;
  readonly amount: number;
  /** From the root to the goal. */
  readonly edges: readonly Edge[];
}

/** How much was looked at so far, for all searches of one question. */
export interface Effort {
  steps: number;
  isExhausted: boolean;
}

interface Reached {
  /** Introductions from here to the goal. */
  readonly hops: number;
  readonly amount: number;
  /** The next step; absent at the goal. */
  readonly edge?: Edge;
}

/**
 * The path from a root to the goal that carries most, and of several the shortest.
 *
 * Walks backwards from the goal, level by level, so each certificate is reached by its shortest way: the one that asks least
 * depth of whoever introduces it. Of equally short ways the one that carries most is kept.
 */
export function findPath(graph: Graph, goal: Goal, residue: Residue, effort: Effort): FoundPath | undefined {
  const reached = reach(graph, goal, residue, effort);
  let best: { root: Root; amount: number; hops: number } | undefined;
  for (const root of residue.roots) {
    const state = root.node === undefined ? undefined : reached.get(root.node);
    if (!state || state.hops > root.depth || (state.hops === 0 && goal.name !== undefined)) continue;
    const amount = Math.min(state.amount, residue.leftOfRoot(root));
    if (amount <= 0) continue;
    const isBetter = !best || amount > best.amount || (amount === best.amount && state.hops < best.hops);
    if (isBetter) best = { root, amount, hops: state.hops };
  }
  return best && { root: best.root, amount: best.amount, edges: edgesFrom(reached, best.root.node) };
}

function reach(graph: Graph, goal: Goal, residue: Residue, effort: Effort): ReadonlyMap<number, Reached> {
  const reached = new Map<number, Reached>([[goal.node, { hops: 0, amount: fullAmount }]]);
  // A certificate that is to speak itself costs its introducers one level of depth.
  const ownStatement = goal.name === undefined ? 1 : 0;
  let frontier = [goal.node];
  for (let hops = 1; frontier.length > 0; hops++) {
    const next: number[] = [];
    for (const node of frontier) {
      const behind = reached.get(node)?.amount ?? 0;
      for (const edge of graph.incoming[node] ?? []) {
        if (hops > maxHops || ++effort.steps > maxSteps) {
          effort.isExhausted = true;
          return reached;
        }
        const known = reached.get(edge.issuer);
        if ((known && known.hops < hops) || !isUsable(edge, goal, hops - 1 + ownStatement)) continue;
        const amount = Math.min(behind, residue.leftOf(edge));
        if (amount <= (known?.amount ?? 0)) continue;
        if (!known) next.push(edge.issuer);
        reached.set(edge.issuer, { hops, amount, edge });
      }
    }
    frontier = next;
  }
  return reached;
}

/** Whether an introduction may stand before `following` further statements on the way to the goal. */
function isUsable({ introduction }: Edge, { name, host }: Goal, following: number): boolean {
  if (following === 0 && introduction.name !== name) return false;
  return introduction.depth >= following && isAllowed(introduction.domains, host);
}

function edgesFrom(reached: ReadonlyMap<number, Reached>, start: number | undefined): Edge[] {
  const edges: Edge[] = [];
  for (let edge = edgeAt(reached, start); edge; edge = edgeAt(reached, edge.target)) edges.push(edge);
  return edges;
}

function edgeAt(reached: ReadonlyMap<number, Reached>, node: number | undefined): Edge | undefined {
  return node === undefined ? undefined : reached.get(node)?.edge;
}

import { type Edge, fullAmount, type Graph } from "./graph.js";
import { isAllowed } from "./host-of-name.js";
import type { Residue } from "./residue.js";
import { type Root, rootsIn, type TrustRoot } from "./root-set.js";

/** The longest path that is looked for, in introductions. */
const maxHops = 32;
/** Introductions looked at for one question. */
const maxSteps = 200_000;

/** What a path has to lead to. */
export interface Goal {
  /** Number of the certificate. */
  readonly node: number;
  /** Only introductions by this name count on the last step; absent where the certificate is to make one statement more. */
  readonly name: string | undefined;
  /** Where all that is said must lie, for introductions that are limited to domains. */
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

/** Finds paths from one set of roots in one graph; what it writes down on the way is kept for the next search. */
export class PathFinder {
  readonly #graph: Graph;
  readonly #roots: ReadonlyMap<number, Root>;
  /** By certificate: the search that reached it last, its distance from the goal, what its way carries, and the next step. */
  readonly #search: Uint32Array;
  readonly #hops: Uint8Array;
  readonly #amount: Int32Array;
  readonly #next: (Edge | undefined)[];
  readonly #queue: number[] = [];
  #current = 0;

  constructor(graph: Graph, roots: readonly TrustRoot[]) {
    const size = graph.incoming.length;
    this.#graph = graph;
    this.#roots = rootsIn(graph, roots);
    this.#search = new Uint32Array(size);
    this.#hops = new Uint8Array(size);
    this.#amount = new Int32Array(size);
    this.#next = new Array<Edge | undefined>(size).fill(undefined);
  }

  /**
   * The path from a root to the goal that carries most, and of several the shortest.
   *
   * Walks backwards from the goal, so each certificate is reached by its shortest way: the one that asks least depth of whoever
   * introduces it. Of equally short ways the one that carries most is kept.
   */
  find(goal: Goal, residue: Residue, effort: Effort): FoundPath | undefined {
    this.#begin(goal.node);
    let best: { root: Root; amount: number; node: number } | undefined;
    for (let index = 0; index < this.#queue.length; index++) {
      const node = this.#queue[index] ?? 0;
      const root = this.#roots.get(node);
      const amount = root ? this.#amountFrom(root, node, goal, residue) : 0;
      if (root && amount > (best?.amount ?? 0)) best = { root, amount, node };
      // Nothing that comes later is shorter, and no path carries more.
      if (amount === fullAmount) break;
      this.#visit(node, goal, residue, effort);
      if (effort.isExhausted) break;
    }
    return best && { root: best.root, amount: best.amount, edges: this.#edgesFrom(best.node) };
  }

  #begin(node: number): void {
    this.#current = (this.#current + 1) >>> 0;
    if (this.#current === 0) this.#search.fill(0);
    if (this.#current === 0) this.#current = 1;
    this.#queue.length = 0;
    this.#reach(node, 0, fullAmount, undefined);
    this.#queue.push(node);
  }

  #reach(node: number, hops: number, amount: number, edge: Edge | undefined): void {
    this.#search[node] = this.#current;
    this.#hops[node] = hops;
    this.#amount[node] = amount;
    this.#next[node] = edge;
  }

  #amountFrom(root: Root, node: number, { name }: Goal, residue: Residue): number {
    const hops = this.#hops[node] ?? 0;
    if (hops > root.depth || (hops === 0 && name !== undefined)) return 0;
    return Math.min(this.#amount[node] ?? 0, residue.leftOfRoot(root));
  }

  /** Reaches those who introduce a certificate. */
  #visit(node: number, { name, host }: Goal, residue: Residue, effort: Effort): void {
    const hops = (this.#hops[node] ?? 0) + 1;
    const behind = this.#amount[node] ?? 0;
    // A certificate that is to speak itself costs its introducers one level of depth.
    const following = name === undefined ? hops : hops - 1;
    const edges = this.#graph.incoming[node] ?? [];
    effort.steps += edges.length;
    effort.isExhausted ||= effort.steps > maxSteps || (hops > maxHops && edges.length > 0);
    if (effort.isExhausted) return;
    for (const edge of edges) {
      const { issuer, introduction } = edge;
      const isReached = this.#search[issuer] === this.#current;
      if (edge.depth < following || (isReached && this.#hops[issuer] !== hops)) continue;
      if (following === 0 && introduction.name !== name) continue;
      const amount = Math.min(behind, residue.leftOf(edge));
      if (amount <= (isReached ? (this.#amount[issuer] ?? 0) : 0) || !isAllowed(introduction.domains, host)) continue;
      this.#reach(issuer, hops, amount, edge);
      if (!isReached) this.#queue.push(issuer);
    }
  }

  #edgesFrom(start: number): Edge[] {
    const edges: Edge[] = [];
    for (let edge = this.#next[start]; edge; edge = this.#next[edge.target]) edges.push(edge);
    return edges;
  }
}

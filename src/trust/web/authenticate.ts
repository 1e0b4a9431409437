import type { Introduction } from "../../model/introduction.js";
import { fullAmount } from "./graph.js";
import { hostOfName, hostOfServer } from "./host-of-name.js";
import type { Effort, FoundPath, Goal } from "./path-finder.js";
import { Residue } from "./residue.js";
import type { TrustRoot } from "./root-set.js";
import type { TrustNetwork } from "./trust-network.js";

/** Who asks, and when. */
interface Question {
  /** Whom to believe. Several are taken together: an introducer whom two of them believe is counted once. */
  readonly roots: readonly TrustRoot[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The search ends where this amount is found; 120, full trust, by default. */
  readonly wanted?: number;
}

/** A question for {@link authenticate}. */
export interface AuthenticateQuestion extends Question {
  /** Fingerprint of the certificate and the exact user ID that it should belong to. */
  readonly target: { readonly key: string; readonly name: string };
}

/** A question for {@link introducer}. */
export interface IntroducerQuestion extends Question {
  /** Fingerprint of the certificate that would introduce somebody. */
  readonly key: string;
  /** Matrix server name of whom it would introduce, port or none. */
  readonly server: string;
}

/** One chain of introductions, from a root to what was asked for. */
export interface TrustPath {
  /** Fingerprint of the root. */
  readonly root: string;
  /** What it adds. */
  readonly amount: number;
  /** In order; empty where the root itself is the introducer. */
  readonly hops: readonly Introduction[];
}

/** What a web of trust says. */
export interface TrustAnswer {
  /** The sum over the paths; at least `wanted` where that was found, 0 where there is no path. */
  readonly amount: number;
  readonly paths: readonly TrustPath[];
  /** Whether the search ended at a bound of its own: there may be more. */
  readonly isExhausted: boolean;
}

/**
 * How far a name belongs to a certificate, by the introductions that lead there from the roots.
 *
 * Paths are found one after the other, the one that carries most first, and what a path carries is taken from everything that
 * it leads through, so that nobody's word counts twice. That is Sequoia's way, and like it not always the largest sum: one path
 * may stand in the way of two. It never finds more than the introductions carry. Removing an introduction can therefore raise
 * the amount in rare cases.
 *
 * A certificate's own word for its name counts where the certificate itself is a root or an introducer. Does not check what
 * the name says.
 *
 * @see RFC 9580 §5.2.3.21, §5.2.3.22
 */
export function authenticate(network: TrustNetwork, question: AuthenticateQuestion): TrustAnswer {
  const { key, name } = question.target;
  const graph = network.graphAt(question.now);
  const node = graph.nodes.get(key);
  if (node === undefined) return nothing;
  const host = graph.isLimited ? hostOfName(name) : undefined;
  const ownName = graph.ownNames[node]?.get(name);
  const plain: Wanted = { goal: { node, name, host }, last: [] };
  if (!ownName) return collect(network, question, [plain]);
  return collect(network, question, [{ goal: { node, name: undefined, host }, last: [ownName] }, plain]);
}

/**
 * How far a certificate may introduce somebody of a Matrix server: along every path each introducer had depth enough for one
 * statement more, and the server lies in the domains of each.
 *
 * A root may introduce as far as it is believed, without any path.
 */
export function introducer(network: TrustNetwork, question: IntroducerQuestion): TrustAnswer {
  const node = network.graphAt(question.now).nodes.get(question.key);
  if (node === undefined) return nothing;
  return collect(network, question, [
    { goal: { node, name: undefined, host: hostOfServer(question.server) }, last: [] },
  ]);
}

const nothing: TrustAnswer = { amount: 0, paths: [], isExhausted: false };

interface Wanted {
  readonly goal: Goal;
  /** What stands at the end of a path to this goal. */
  readonly last: readonly Introduction[];
}

function collect(
  network: TrustNetwork,
  { roots, now, wanted = fullAmount }: Question,
  goals: readonly Wanted[],
): TrustAnswer {
  const finder = network.finderAt(now, roots);
  const residue = new Residue();
  const effort: Effort = { steps: 0, isExhausted: false };
  const paths: TrustPath[] = [];
  let amount = 0;
  const findNext = (): { found: FoundPath; last: readonly Introduction[] } | undefined => {
    for (const { goal, last } of goals) {
      const found = finder.find(goal, residue, effort);
      if (found) return { found, last };
    }
    return undefined;
  };
  // Each path carries at least 1, so there are no more of them than what is wanted.
  while (amount < wanted) {
    const next = findNext();
    if (!next) break;
    const { root, edges, amount: carried } = next.found;
    residue.use(root, edges, carried);
    amount += carried;
    paths.push({ root: root.key, amount: carried, hops: [...edges.map((edge) => edge.introduction), ...next.last] });
  }
  return { amount, paths, isExhausted: effort.isExhausted };
}

import type { Introduction } from "../../model/introduction.js";
import { type Effort, type FoundPath, findPath, fullAmount, type Goal } from "./find-path.js";
import { hostOfName, hostOfServer } from "./host-of-name.js";
import { Residue, type TrustRoot } from "./residue.js";
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
  const graph = network.at(question.now);
  const node = graph.nodes.get(key);
  const ownName = node === undefined ? undefined : graph.ownNames[node]?.get(name);
  const about = { node, host: hostOfName(name) };
  const goals = [...(ownName ? [{ goal: about, last: [ownName] }] : []), { goal: { ...about, name }, last: [] }];
  return collect(network, question, goals);
}

/**
 * How far a certificate may introduce somebody of a Matrix server: along every path each introducer had depth enough for one
 * statement more, and the server lies in the domains of each.
 */
export function introducer(network: TrustNetwork, question: IntroducerQuestion): TrustAnswer {
  const node = network.at(question.now).nodes.get(question.key);
  return collect(network, question, [{ goal: { node, host: hostOfServer(question.server) }, last: [] }]);
}

interface Wanted {
  readonly goal: Omit<Goal, "node"> & { readonly node: number | undefined };
  /** What stands at the end of a path to this goal. */
  readonly last: readonly Introduction[];
}

function collect(network: TrustNetwork, { roots, now, wanted = fullAmount }: Question, goals: Wanted[]): TrustAnswer {
  const graph = network.at(now);
  const residue = new Residue(graph, roots);
  const effort: Effort = { steps: 0, isExhausted: false };
  const paths: TrustPath[] = [];
  let amount = 0;
  const findNext = (): { found: FoundPath; last: readonly Introduction[] } | undefined => {
    for (const { goal, last } of goals) {
      const { node } = goal;
      const found = node === undefined ? undefined : findPath(graph, { ...goal, node }, residue, effort);
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

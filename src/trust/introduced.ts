import type { TrustHop } from "../model/assessment.js";
import type { Introduction } from "../model/introduction.js";
import type { SignatureReport } from "../model/report.js";
import { serverNameOf } from "../model/user-id.js";
import type { ReadAnchor } from "./anchors/read-anchors.js";
import { isNameOf } from "./names-user.js";
import { type Standing, type StandingFinder, signerKeys } from "./standing.js";
import type { Trust } from "./trust.js";
import { authenticate, introducer, type TrustAnswer } from "./web/authenticate.js";
import type { TrustRoot } from "./web/root-set.js";
import { namesOf, rootsAbove } from "./web/roots-above.js";
import type { TrustNetwork } from "./web/trust-network.js";

/** An anchor as a web of trust is searched from it: the list stays the same, so that searches can be kept. */
interface WebAnchor {
  readonly anchor: ReadAnchor;
  readonly roots: readonly TrustRoot[];
}

/**
 * Finds the anchors under which a key was introduced: under `scope` as an introducer, else by a name of the user that was certified for it.
 *
 * @see PROTOCOL, "For whom a signer may speak"
 */
export function introducedStandings({ anchors }: Trust, network: TrustNetwork, now: number): StandingFinder {
  const finders = new Map<string, StandingFinder>();
  for (const algorithm of new Set(anchors.map((anchor) => anchor.algorithm))) {
    const own = anchors.filter((anchor) => anchor.algorithm === algorithm);
    finders.set(algorithm, standingsWithin(own, network.of(algorithm), now));
  }
  return (report, userId) => finders.get(report.algorithm)?.(report, userId) ?? [];
}

/** The same for anchors of one algorithm, by what that algorithm says. */
function standingsWithin(anchors: readonly ReadAnchor[], network: TrustNetwork, now: number): StandingFinder {
  const webAnchors = anchors.flatMap((anchor) => webAnchorOf(anchor));
  const graph = network.graphAt(now);
  const byNode = new Map<number, WebAnchor[]>();
  for (const webAnchor of webAnchors) {
    for (const { key } of webAnchor.roots) {
      const node = graph.nodes.get(key);
      if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), webAnchor]);
    }
  }
  return (report, userId) => {
    if (byNode.size === 0) return [];
    const signer = report.signer?.fingerprint ?? "";
    const above = rootsAbove(graph, signer, byNode);
    return [...above].flatMap((webAnchor) => {
      const answers = ask(webAnchor, signer, userId);
      return answers.length === 0 ? [] : [standingOf(webAnchor.anchor, answers, report)];
    });
  };

  function ask({ anchor, roots }: WebAnchor, key: string, userId: string): TrustAnswer[] {
    if (anchor.speaksFor === "scope") {
      return [introducer(network, { roots, now, key, server: serverNameOf(userId) })].filter(
        ({ amount }) => amount > 0,
      );
    }
    return namesOf(graph, key, (name) => isNameOf(name, userId, anchor))
      .map((name) => authenticate(network, { roots, now, target: { key, name } }))
      .filter(({ amount }) => amount > 0);
  }
}

/**
 * The keys whose introductions count under this anchor; none where nothing is asked of them. A depth of 0 leaves their own word about
 * their own names. Keys that the reader gave names to are somebody's whom the anchor lists: they introduce nobody.
 */
export function introducingKeys({ depth = 0, speaksFor, keys }: ReadAnchor): string[] {
  if (speaksFor === "directory" || (speaksFor === "scope" && depth === 0)) return [];
  return keys.flatMap((key) => ("fingerprint" in key && key.names.length === 0 ? [key.fingerprint] : []));
}

function webAnchorOf(anchor: ReadAnchor): WebAnchor[] {
  const { depth = 0 } = anchor;
  const roots = introducingKeys(anchor).map((key) => ({ key, amount: 120, depth }));
  return roots.length > 0 ? [{ anchor, roots }] : [];
}

/** Of several names the one that is worth most; the order of names is the network's. */
function standingOf(anchor: ReadAnchor, answers: readonly TrustAnswer[], report: SignatureReport): Standing {
  const best = answers.reduce((most, answer) => (answer.amount > most.amount ? answer : most));
  const steps = best.paths.flatMap(({ hops }) => hops);
  const others = steps.filter(({ issuer, target }) => issuer !== target);
  let validUntil = Number.POSITIVE_INFINITY;
  for (const step of steps) validUntil = Math.min(validUntil, step.validUntil ?? validUntil);
  return {
    anchor,
    hindrance: undefined,
    isOwnKey: others.length === 0,
    amount: best.amount,
    hops: (best.paths[0]?.hops ?? []).map(hopOf),
    validFrom: 0,
    validUntil,
    anchorKeys: others.length === 0 ? signerKeys(report) : keysOf(others, best),
    below: others.flatMap(({ target, targetKeyHash }) => [target, targetKeyHash]),
    above: [],
  };
}

function keysOf(steps: readonly Introduction[], { paths }: TrustAnswer): string[] {
  const roots = new Set(paths.map(({ root }) => root));
  const own = steps.filter(({ issuer }) => roots.has(issuer));
  return [...roots, ...own.map(({ issuerKeyHash }) => issuerKeyHash)];
}

function hopOf({ target, name, domains, amount, validUntil }: Introduction): TrustHop {
  const worth = Math.min(amount, 120);
  const hop: TrustHop =
    validUntil === undefined
      ? { kind: "introduction", who: target, name, amount: worth }
      : { kind: "introduction", who: target, name, amount: worth, validUntil };
  return domains === undefined ? hop : { ...hop, scope: domains.join(" ") };
}

import { orAborted, throwIfAborted } from "../../model/abort.js";
import { introducingKeys } from "../../trust/introduced.js";
import type { Trust } from "../../trust/trust.js";
import { TrustNetwork } from "../../trust/web/trust-network.js";
import type { Session } from "../session.js";

/** What keys said about each other a while ago, for who asks the same again. */
export interface KnownNetwork {
  readonly question: string;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly network: TrustNetwork;
}

/** Keys of a network end and are superseded at times of their own, which nobody writes down for those that do not count yet. */
const maxAgeMs = 60_000;
const none = new TrustNetwork([]);

/**
 * What keys say about each other, as far as it may lead from the anchors to somebody. Asks each algorithm that has such statements;
 * from one that fails there are none.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function networkFor(
  session: Session,
  trust: Trust,
  now: number,
  signal: AbortSignal,
): Promise<TrustNetwork> {
  const sources = [...session.registry.values()].flatMap(({ id, introductions, cacheContext }) => {
    const roots = trust.anchors.filter(({ algorithm }) => algorithm === id).flatMap(introducingKeys);
    return introductions && roots.length > 0 ? [{ id, introductions, cacheContext, roots: roots.sort() }] : [];
  });
  if (sources.length === 0) return none;
  const contexts = await orNothing(Promise.all(sources.map(({ cacheContext }) => cacheContext?.())), signal);
  const isLasting = contexts?.every((context) => context !== undefined) ?? false;
  const question = JSON.stringify([contexts, sources.map(({ id, roots }) => [id, roots])]);
  const known = session.networks.at(0);
  if (isLasting && known?.question === question && known.askedAt <= now && now < known.askedAt + maxAgeMs) {
    return known.network;
  }
  const lists = await Promise.all(
    sources.map(async ({ id, introductions, roots }) => {
      const found = await orNothing(introductions({ roots, now, signal }), signal);
      return (found ?? []).filter(({ algorithm }) => algorithm === id);
    }),
  );
  const network = new TrustNetwork(lists.flat());
  if (isLasting) session.networks.splice(0, 1, { question, askedAt: now, network });
  return network;
}

async function orNothing<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await orAborted(work, signal);
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}

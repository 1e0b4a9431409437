import { orAborted, throwIfAborted } from "../../model/abort.js";
import { introducingKeys } from "../../trust/introduced.js";
import type { Trust } from "../../trust/trust.js";
import { TrustNetwork } from "../../trust/web/trust-network.js";
import type { Session } from "../session.js";
import { readIntroductions } from "./read-introductions.js";

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
 * from one that fails, or says what is none, there are none.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function networkFor(
  session: Session,
  trust: Trust,
  now: number,
  signal: AbortSignal,
): Promise<TrustNetwork> {
  const sources = [...session.registry.values()].flatMap((algorithm) => {
    const { id } = algorithm;
    const roots = trust.anchors.filter((anchor) => anchor.algorithm === id).flatMap(introducingKeys);
    return algorithm.introductions && roots.length > 0 ? [{ id, algorithm, roots: roots.sort() }] : [];
  });
  if (sources.length === 0) return none;
  const contexts = await Promise.all(
    sources.map(({ algorithm }) => orNothing(async () => algorithm.cacheContext?.(), signal)),
  );
  const isLasting = contexts.every((context) => typeof context === "string");
  const question = isLasting ? JSON.stringify([contexts, sources.map(({ id, roots }) => [id, roots])]) : "";
  const known = session.networks.at(0);
  if (isLasting && known?.question === question && known.askedAt <= now && now < known.askedAt + maxAgeMs) {
    return known.network;
  }
  const lists = await Promise.all(
    sources.map(async ({ id, algorithm, roots }) =>
      readIntroductions(await orNothing(async () => algorithm.introductions?.({ roots, now, signal }), signal), id),
    ),
  );
  const network = new TrustNetwork(lists.flat());
  if (isLasting) session.networks.splice(0, 1, { question, askedAt: now, network });
  return network;
}

/** Whatever a third party's code does: an abort alone is thrown. */
async function orNothing(work: () => Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  try {
    return await orAborted(work(), signal);
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}

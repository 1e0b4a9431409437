import type { SeenManifest } from "../model/seen-manifest.js";

/** The most manifests of one owner that are remembered. */
export const maxOfOwner = 8;
/** The most manifests of one sequence that differ. */
const maxOfSequence = 4;

/**
 * What is worth remembering of the manifests seen of one owner: within one master key and one approving key the highest
 * sequence alone, up to four that differ; in all the eight seen last, those first.
 *
 * The outcome does not depend on the order of `seen`, so it does not matter which of two tabs comes first.
 *
 * @param now milliseconds since 1970: what was seen later than that, by a clock that went wrong, goes first
 */
export function newestSeen(seen: readonly SeenManifest[], now: number): SeenManifest[] {
  const highest = new Map<string, number>();
  for (const one of seen) highest.set(line(one), Math.max(one.sequence, highest.get(line(one)) ?? 0));
  const newest = new Map<string, Map<string, SeenManifest>>();
  let count = 0;
  for (const one of [...seen].sort((a, b) => compare(a, b, now))) {
    const same = newest.get(line(one)) ?? new Map<string, SeenManifest>();
    const isWanted = one.sequence === highest.get(line(one)) && !same.has(one.digest) && same.size < maxOfSequence;
    if (!isWanted || count >= maxOfOwner) continue;
    newest.set(line(one), same.set(one.digest, one));
    count += 1;
  }
  return [...newest.values()].flatMap((same) => [...same.values()]);
}

/** Names the master key and approving key within which sequences are compared. */
function line({ masterKey, approvedBy }: SeenManifest): string {
  return JSON.stringify([masterKey, approvedBy]);
}

function compare(a: SeenManifest, b: SeenManifest, now: number): number {
  const ahead = Number(a.seenAt > now) - Number(b.seenAt > now);
  return ahead || b.seenAt - a.seenAt || compareText(a.digest, b.digest) || compareText(line(a), line(b));
}

function compareText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

import { compareText } from "../encoding/compare-text.js";
import type { SeenManifest } from "../model/manifest/seen-manifest.js";

/** The most manifests of one sequence that differ. */
const maxOfSequence = 4;
/** The most manifests for one master key. */
const maxOfMasterKey = 8;
/** So many master keys of one owner at either end: those seen first, and those seen last. */
const maxAtEitherEnd = 4;

/** The most manifests of one owner that are remembered. */
export const maxOfOwner: number = 2 * maxAtEitherEnd * maxOfMasterKey;

/**
 * What is worth remembering of the manifests seen of one owner: within one master key and one approving key the highest
 * sequence alone, up to four that differ; for one master key the eight seen last, those first; of master keys the four seen first
 * and the four seen last.
 *
 * A server can make up any number of master keys for its users, each with manifests that it approves. What it shows must not
 * wash out what was seen for the owner's own key before; nor may a key that is new find no room.
 *
 * The outcome does not depend on the order of `seen`, so it does not matter which of two tabs comes first.
 *
 * @param now milliseconds since 1970: what was seen later than that, by a clock that went wrong, goes first
 */
export function newestSeen(seen: readonly SeenManifest[], now: number): SeenManifest[] {
  const highest = new Map<string, number>();
  for (const one of seen) highest.set(line(one), Math.max(one.sequence, highest.get(line(one)) ?? 0));
  const newest = new Map<string, Map<string, SeenManifest[]>>();
  for (const one of [...seen].sort((a, b) => compare(a, b, now))) {
    const ofMasterKey = newest.get(one.masterKey) ?? new Map<string, SeenManifest[]>();
    const same = ofMasterKey.get(line(one)) ?? [];
    const isWanted = one.sequence === highest.get(line(one)) && !same.some(({ digest }) => digest === one.digest);
    const count = [...ofMasterKey.values()].flat().length;
    if (!isWanted || same.length >= maxOfSequence || count >= maxOfMasterKey) continue;
    newest.set(one.masterKey, ofMasterKey.set(line(one), [...same, one]));
  }
  return withinOwner(
    [...newest.values()].map((ofMasterKey) => [...ofMasterKey.values()].flat()),
    now,
  ).flat();
}

/** @param masterKeys what is worth remembering for each, the one seen last first */
function withinOwner(masterKeys: readonly SeenManifest[][], now: number): SeenManifest[][] {
  const ahead = masterKeys.filter(([newest]) => newest !== undefined && newest.seenAt > now);
  const known = masterKeys.slice(0, masterKeys.length - ahead.length);
  const room = 2 * maxAtEitherEnd;
  if (known.length <= room) return [...known, ...ahead].slice(0, room);
  return [...known.slice(0, maxAtEitherEnd), ...known.slice(-maxAtEitherEnd)];
}

/** Names the master key and approving key within which sequences are compared. */
function line({ masterKey, approvedBy }: SeenManifest): string {
  return JSON.stringify([masterKey, approvedBy]);
}

function compare(a: SeenManifest, b: SeenManifest, now: number): number {
  const ahead = Number(a.seenAt > now) - Number(b.seenAt > now);
  return ahead || b.seenAt - a.seenAt || compareText(a.digest, b.digest) || compareText(line(a), line(b));
}

import type { Vouch } from "../../model/assessment.js";

/** A signature that counts, with every key that it hangs on: hashes, fingerprints, users. */
export interface CountedVouch extends Vouch {
  /** What its anchor is worth at most, whatever introduces under it. */
  readonly limit: number;
  /** The anchor's own key. */
  readonly anchorKeys: readonly string[];
  /** The keys between the anchor and the signature, the signing key last. Empty where the anchor itself signed. */
  readonly below: readonly string[];
  /** The keys above the anchor, where its certificate has issuers. */
  readonly above: readonly string[];
}

/** A search that took too many steps: nothing is known then. */
export class TooComplex extends Error {}

/** How many steps one decision may take. */
const maxSteps = 20_000;

/** Counts the steps of one decision. Throws {@link TooComplex} when there are too many. */
export function createBudget(): () => void {
  let steps = 0;
  return () => {
    if (++steps > maxSteps) throw new TooComplex();
  };
}

/** Whether two vouches hang on one anchor: on the same, or on two that share a key. */
export function haveOneAnchor(a: CountedVouch, b: CountedVouch): boolean {
  return a.anchorId === b.anchorId || shareOne(a.anchorKeys, b.anchorKeys);
}

/**
 * Whether what one says is nothing that the other says already: neither shares a key below its anchor, nor is one anchor under the
 * other. Two of one anchor can be: then they add up to no more than the anchor is worth.
 */
export function areIndependent(a: CountedVouch, b: CountedVouch): boolean {
  if (shareOne(a.below, b.below)) return false;
  if (haveOneAnchor(a, b)) return a.below.length > 0 && b.below.length > 0;
  return !isUnder(a, b) && !isUnder(b, a);
}

/**
 * Whether some of the vouches, each independent of the others, are worth `wanted` together.
 *
 * @throws TooComplex
 */
export function isWorth(vouches: readonly CountedVouch[], wanted: number, step: () => void): boolean {
  return best(vouches, wanted, step) >= wanted;
}

/**
 * The most that independent vouches are worth together; stops looking at `enough`.
 *
 * @throws TooComplex
 */
export function best(vouches: readonly CountedVouch[], enough: number, step: () => void): number {
  let most = 0;
  /** @param atMost what those chosen and all that follow are worth, were they all independent */
  const extend = (chosen: readonly CountedVouch[], from: number, atMost: number): void => {
    step();
    most = Math.max(most, worthOf(chosen));
    let left = atMost;
    for (let next = from; next < vouches.length && most < Math.min(enough, left); next++) {
      const vouch = vouches[next];
      if (vouch && chosen.every((other) => areIndependent(other, vouch))) extend([...chosen, vouch], next + 1, left);
      left -= vouch?.amount ?? 0;
    }
  };
  const sum = vouches.reduce((total, { amount }) => total + amount, 0);
  extend([], 0, sum);
  return most;
}

/** Of one anchor no more than it is worth. */
function worthOf(chosen: readonly CountedVouch[]): number {
  const anchors: { readonly first: CountedVouch; sum: number; limit: number }[] = [];
  for (const vouch of chosen) {
    const known = anchors.find(({ first }) => haveOneAnchor(first, vouch));
    if (!known) anchors.push({ first: vouch, sum: vouch.amount, limit: vouch.limit });
    else {
      known.sum += vouch.amount;
      known.limit = Math.max(known.limit, vouch.limit);
    }
  }
  return anchors.reduce((total, { sum, limit }) => total + Math.min(sum, limit), 0);
}

function isUnder(vouch: CountedVouch, other: CountedVouch): boolean {
  return shareOne(other.anchorKeys, vouch.below) || shareOne(other.anchorKeys, vouch.above);
}

function shareOne(a: readonly string[], b: readonly string[]): boolean {
  return a.some((key) => b.includes(key));
}

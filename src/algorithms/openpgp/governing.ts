import { clockSkewMs } from "../shared/limits.js";
import type { JudgedKey } from "./judged-certificate.js";
import type { SelfSignature } from "./self-signatures.js";

/** What says at one time how a key may be used and for how long. */
export interface Governing {
  /** The one that governs; behind it the one that is read where that says nothing. Empty where all lie ahead. */
  readonly governing: readonly SelfSignature[];
  /** The one that held longest, where none holds any more. */
  readonly last?: SelfSignature;
}

/**
 * Finds the one self-signature that governs a key at `nowMs`: the newest one alive of the primary user ID, or the newest
 * one directly on the key where no user ID has any. What the user ID's does not say is read from the direct one (RFC 9580
 * §5.2.3.10), never from another user ID: an older and wider word must not come back by that way.
 *
 * Where every user ID was revoked and nothing stands on the key itself, theirs go on to say how the key may be used: revoking
 * a user ID takes a name away, no key, and GnuPG and Sequoia hold it so too.
 *
 * It governs signatures that are older than itself too: minimal exports drop the older self-signatures, and GnuPG does so.
 */
export function governingAt(judged: JudgedKey, nowMs: number): Governing {
  const made = (list: readonly SelfSignature[]): SelfSignature[] =>
    list.filter((entry) => entry.createdMs <= nowMs + clockSkewMs);
  const direct = made(judged.direct);
  const byUserId = judged.byUserId.map(made);
  const isAlive = (entry: SelfSignature): boolean => entry.untilMs > nowMs;
  const aliveDirect = direct.find(isAlive);
  const primary =
    primaryOf(byUserId, isAlive) ?? (aliveDirect ? undefined : primaryOf(byUserId, (entry) => entry.expiresMs > nowMs));
  const governing = [primary, aliveDirect].filter((entry) => entry !== undefined);
  if (governing.length > 0) return { governing };
  const ended = [direct, ...byUserId].flat().sort(newestFirst);
  const last = ended.reduce<SelfSignature | undefined>(
    (latest, entry) => (!latest || entry.untilMs > latest.untilMs ? entry : latest),
    undefined,
  );
  return { governing: ended.slice(0, 1), ...(last && { last }) };
}

/** All self-signatures of a key, whatever they stand on. */
export function allSelfSignatures(judged: JudgedKey): readonly SelfSignature[] {
  return [judged.direct, ...judged.byUserId].flat();
}

/** Orders by creation. */
export function newestFirst(a: SelfSignature, b: SelfSignature): number {
  return b.createdMs - a.createdMs;
}

/** 1 for a user ID that is marked as the primary one. */
export function rank(entry: SelfSignature): number {
  return entry.isPrimaryUserId ? 1 : 0;
}

/** Of each user ID the newest that counts, and of those the one marked as primary, or the newest. */
function primaryOf(
  byUserId: readonly (readonly SelfSignature[])[],
  counts: (entry: SelfSignature) => boolean,
): SelfSignature | undefined {
  const current = byUserId.flatMap((list) => list.find(counts) ?? []);
  return current.sort((a, b) => rank(b) - rank(a) || newestFirst(a, b))[0];
}

import type { RevocationList } from "../../model/revocation-list.js";

/** Which of two lists counts. */
export interface MergedLists {
  readonly list: RevocationList;
  readonly problem?: "rolled-back" | "conflicting";
}

/**
 * Which of two lists of one anchor counts, both signed by it: the one with the higher sequence; where that is the same, what both take
 * back, until the first of them ends.
 *
 * @param seen the one that counted so far
 */
export function mergeRevocationLists(list: RevocationList, seen: RevocationList | undefined): MergedLists {
  if (!seen || list.sequence > seen.sequence) return { list };
  if (list.sequence < seen.sequence) return { list: seen, problem: "rolled-back" };
  const revoked = new Map([...seen.revoked].map(([userId, keys]) => [userId, new Set(keys)] as const));
  for (const [userId, keys] of list.revoked) revoked.set(userId, new Set([...(revoked.get(userId) ?? []), ...keys]));
  const merged = { ...seen, revoked, expiresAt: Math.min(seen.expiresAt, list.expiresAt) };
  const isSame = list.expiresAt === seen.expiresAt && [list, seen].every((one) => countOf(one) === countOf(merged));
  return isSame ? { list: seen } : { list: merged, problem: "conflicting" };
}

function countOf({ revoked }: RevocationList): number {
  return [...revoked.values()].reduce((total, keys) => total + keys.size, 0);
}

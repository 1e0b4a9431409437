import type { ReadAnchor } from "./read-anchors.js";
import { askScope } from "./scope.js";

/**
 * Whether an anchor does not count for this user because exclusive ones alone do: for users in the scope of one, excepted ones too. One whose
 * time is over still silences the others: it is there so that nobody else speaks.
 */
export function isSilenced(anchor: ReadAnchor, userId: string, exclusive: readonly ReadAnchor[]): boolean {
  if (exclusive.length === 0 || anchor.exclusive) return false;
  return exclusive.some(({ scope }) => {
    const answer = askScope(scope, userId, "identity");
    return answer.in || answer.code === "excepted";
  });
}

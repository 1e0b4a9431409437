import type { RevocationFinding } from "./revocation-types.js";

const reasonCode = {
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  hold: 6,
  privilegeWithdrawn: 9,
} as const;

/** Reasons that say nothing of what the key did before. */
const soft: ReadonlySet<number> = new Set(Object.values(reasonCode));

/**
 * What a revocation means for a signature of the time `at`: for compromise, without a reason, or for one that is not known it is
 * revoked whatever the time (PROTOCOL); for the others it was good before.
 *
 * @param isCurrent whether the list or answer is good now: a hold on an old one may be over
 */
export function statusOfRevocation(
  { revokedAt, reason }: { readonly revokedAt: number; readonly reason?: number },
  at: number,
  isCurrent: boolean,
): RevocationFinding["status"] {
  if (reason === undefined || !soft.has(reason)) return "revoked";
  if (reason === reasonCode.hold && !isCurrent) return "unknown";
  return at < revokedAt ? (isCurrent ? "good" : "unknown") : "revoked-softly";
}

const order: readonly RevocationFinding["status"][] = ["revoked", "revoked-softly", "good", "unknown"];

/** Of several findings on one certificate the one that counts: revoked wins, then the one that is good for longest. */
export function decisiveFinding(findings: readonly RevocationFinding[]): RevocationFinding | undefined {
  return [...findings].sort(
    (a, b) => order.indexOf(a.status) - order.indexOf(b.status) || (b.nextUpdate ?? 0) - (a.nextUpdate ?? 0),
  )[0];
}

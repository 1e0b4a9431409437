import type { IdentityAssessment } from "../model/assessment.js";
import type { Conferral } from "../model/conferral.js";

/** That a user is still verified in Matrix's own way although what stood behind it is gone. */
export interface NativeOutlived {
  readonly userId: string;
  /** What was conferred, when and why. */
  readonly conferral: Conferral;
  /** The verdict as it is now: its level and reasons, and whether it is about another key. */
  readonly assessment: IdentityAssessment;
}

/**
 * The users whose native verification has outlived their trust: no longer `trusted`, or trusted with another master key.
 *
 * What was withdrawn already is left out. Asks nobody: whether the signature still hangs on the key is not known. A level may have
 * fallen because something could not be read: see `problems` of the assessment.
 */
export function outlived(
  conferrals: readonly Conferral[],
  assessments: readonly IdentityAssessment[],
): NativeOutlived[] {
  const standing = conferrals.filter(({ withdrawnAt }) => withdrawnAt === undefined);
  const byUser = new Map(standing.map((conferral) => [conferral.userId, conferral]));
  return assessments.flatMap((assessment) => {
    const conferral = byUser.get(assessment.userId);
    if (!conferral || isStillMeant(conferral, assessment)) return [];
    return [{ userId: assessment.userId, conferral, assessment }];
  });
}

function isStillMeant(conferral: Conferral, { level, masterKey }: IdentityAssessment): boolean {
  return level === "trusted" && masterKey === conferral.masterKey;
}

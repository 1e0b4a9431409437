import type { IdentityAssessment } from "../model/assessment.js";
import { type AssessInput, assessIdentity } from "./assess.js";
import type { TrustContext } from "./context.js";

/** A user whose level another trust would change. */
export interface LevelChange {
  readonly userId: string;
  readonly before: IdentityAssessment;
  readonly after: IdentityAssessment;
}

/** Who would change level, in the order of the users; changes nothing. */
export function simulate(users: readonly AssessInput[], before: TrustContext, after: TrustContext): LevelChange[] {
  return users.flatMap((user) => {
    const change = {
      userId: user.identity.userId,
      before: assessIdentity(user, before),
      after: assessIdentity(user, after),
    };
    return change.before.level === change.after.level ? [] : [change];
  });
}

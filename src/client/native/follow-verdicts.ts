import type { IdentityAssessment } from "../../model/assessment.js";
import type { SignedIdentity } from "../../model/identity.js";
import { type NativeOutlived, outlived } from "../../trust/outlived.js";
import type { Session } from "../session.js";
import type { AssessedIdentity } from "./assured-key.js";
import { type ConferrerEvents, createConferrer } from "./conferrer.js";

/** What a follower tells of. */
export interface FollowerEvents extends ConferrerEvents {
  readonly outlived: (outlived: NativeOutlived) => void;
}

/** Does about verdicts what native verification asks for; never rejects. */
export type VerdictFollower = (
  identities: ReadonlyMap<string, SignedIdentity>,
  assessments: readonly IdentityAssessment[],
  isCurrent: AssessedIdentity["isCurrent"],
) => Promise<void>;

/**
 * Tells whose native verification has outlived their trust, and where the policy says `conferNative` lets those be verified who are
 * trusted.
 */
export function createFollower(session: Session, events: FollowerEvents): VerdictFollower {
  const conferrer = createConferrer(session, events);
  return async (identities, assessments, isCurrent) => {
    // A store that is closed meanwhile ends this as it ends the instance.
    const conferrals = await session.store.conferrals().catch(() => []);
    for (const one of outlived(conferrals, assessments)) events.outlived(one);
    if (session.inForce.current.settings.policy?.conferNative !== true || session.offline) return;
    for (const assessment of assessments) {
      const identity = identities.get(assessment.userId);
      if (identity) conferrer.consider({ identity, assessment, isCurrent });
    }
  };
}

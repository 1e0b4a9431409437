import type { IdentityAssessment } from "../../model/assessment.js";
import { type NativeOutlived, outlived } from "../../trust/outlived.js";
import type { Session } from "../session.js";

/**
 * Whose native verification has outlived their trust, by what was conferred on this device.
 *
 * @throws CountersignError `ERR_CLOSED`
 */
export async function outlivedUsers(
  { store }: Session,
  assessments: readonly IdentityAssessment[],
): Promise<NativeOutlived[]> {
  return outlived(await store.conferrals(), assessments);
}

import type { IdentityAssessment } from "../../model/assessment.js";
import type { SignedIdentity } from "../../model/identity.js";
import type { SignableObject } from "../../model/signable.js";

/** An identity as it was fetched, with the verdict on it. */
export interface AssessedIdentity {
  readonly identity: SignedIdentity;
  readonly assessment: IdentityAssessment;
  /** Whether the settings are in force still that it was made under. */
  readonly isCurrent: () => boolean;
}

/**
 * The master key that a verdict makes fit to be signed: the very object that was assessed, `trusted`, while the verdict may be relied
 * on and nobody changed the settings. `undefined` where any of that fails.
 *
 * @param now milliseconds since 1970
 */
export function assuredKey(
  { identity, assessment, isCurrent }: AssessedIdentity,
  now: number,
): SignableObject | undefined {
  const { userId, masterKey } = identity;
  const isAbout =
    assessment.userId === userId && masterKey?.userId === userId && assessment.masterKey === masterKey.publicKey;
  const isKey = masterKey?.purpose === "master-key" && masterKey.publicKey !== undefined;
  const isFresh = assessment.checkedAt <= now && now < assessment.freshUntil;
  return isAbout && isKey && isFresh && isCurrent() && assessment.level === "trusted" ? masterKey : undefined;
}

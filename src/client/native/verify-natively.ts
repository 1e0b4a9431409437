import { CountersignError } from "../../errors.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import type { IdentityAssessment } from "../../model/assessment.js";
import type { Conferral } from "../../model/conferral.js";
import { callContext, type Session } from "../session.js";
import { type AssessedIdentity, assuredKey } from "./assured-key.js";
import { confer } from "./confer.js";

/** What became of a native verification. */
export interface NativeVerification {
  readonly userId: string;
  /**
   * Whether the own user-signing key's signature hangs on the master key of the assessment now, proven by a read-back. `false` where that
   * key is not trusted: nothing was signed then, and the assessment says why.
   */
  readonly verified: boolean;
  /** The verdict that decided it, made in this call. */
  readonly assessment: IdentityAssessment;
  /** What was signed and recorded; absent where the signature was there before, or where nothing was signed. */
  readonly conferral?: Conferral;
}

/**
 * Verifies a user natively if a fresh assessment calls them `trusted`.
 *
 * @param assess fetches and assesses one user anew
 * @throws CountersignError `ERR_NATIVE_OWN_USER`, `ERR_NATIVE_CHANGED`, `ERR_NATIVE_FAILED`, and what `confer` throws
 */
export async function verifyNatively(
  session: Session,
  userId: string,
  assess: () => Promise<AssessedIdentity>,
  signal: AbortSignal | undefined,
): Promise<NativeVerification> {
  const context = callContext(session, signal);
  assertOther(session, userId);
  const assessed = await assess();
  const { assessment } = assessed;
  if (!assuredKey(assessed, context.now())) return { userId, verified: false, assessment };
  const { error, conferral } = (await confer(session, [assessed], true, context)).get(userId) ?? {};
  if (error) throw error;
  return { userId, verified: true, assessment, ...(conferral && { conferral }) };
}

/**
 * Refuses the own user, whose keys are verified device by device.
 *
 * @throws CountersignError `ERR_NATIVE_OWN_USER`
 */
export function assertOther({ client }: Session, userId: string): void {
  if (userId !== ownUserId(client)) return;
  throw new CountersignError("ERR_NATIVE_OWN_USER", "expected another user than the own one");
}

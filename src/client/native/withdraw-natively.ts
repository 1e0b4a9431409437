import { queryKeys } from "../../matrix/key-query.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import type { Conferral } from "../../model/conferral.js";
import { signerEntry } from "../../model/external-signature.js";
import { callContext, type Session } from "../session.js";
import { assertOther } from "./verify-natively.js";

/**
 * What takes a native verification back, since no server deletes a signature.
 *
 * - `reset-own-keys`: new cross-signing keys of one's own take back every signature on others, this one among them
 * - `ask-for-reset`: a signature stays with the key that it is on; the user's new keys would be unverified
 * - `deny-key`: a decision `deny` on the key, so that here it is `rejected` whoever signs it
 */
export type NativeAdviceCode = "reset-own-keys" | "ask-for-reset" | "deny-key";

/** One piece of advice. */
export interface NativeAdvice {
  readonly code: NativeAdviceCode;
  /** The same as an English sentence. */
  readonly text: string;
}

/** What became of a withdrawal. */
export interface NativeWithdrawal {
  readonly userId: string;
  /**
   * Whether no own signature hangs on the user's current master key: the server shows none, and none for that key was recorded, since
   * servers may keep one that they do not show. `false`: the own devices go on showing them as verified.
   */
  readonly withdrawn: boolean;
  /** The record, withdrawn for good: no `native-outlived` any more, and no policy verifies that key again. Absent where there was none. */
  readonly conferral?: Conferral;
  /** What to do; empty where `withdrawn`. */
  readonly advice: readonly NativeAdvice[];
}

const texts: Readonly<Record<NativeAdviceCode, string>> = {
  "reset-own-keys":
    "Reset your cross-signing keys: only that takes the signature back, with those on everybody else you verified.",
  "ask-for-reset":
    "Ask them to reset their cross-signing keys, if somebody else may have them: the new ones are unverified.",
  "deny-key": "Deny their key in your trust settings, so that it is rejected here whoever signs it.",
};

/**
 * Withdraws from a native verification as far as Matrix allows: the record says so from now on, for good; the signature stays.
 *
 * The same master key uploaded without the signature deletes nothing on any server, so that is not tried.
 *
 * @throws CountersignError `ERR_NATIVE_OWN_USER`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`, when the record is withdrawn
 *   already
 */
export async function withdrawNatively(
  session: Session,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<NativeWithdrawal> {
  const context = callContext(session, signal);
  assertOther(session, userId);
  const known = (await session.store.conferrals()).find((conferral) => conferral.userId === userId);
  const conferral = known && { withdrawnAt: context.now(), ...known };
  if (conferral) await session.store.putConferral(conferral);
  const served = (await queryKeys(context.http, [userId], context.signal)).get(userId);
  const own = served?.masterKey && signerEntry(served.masterKey.object, ownUserId(session.client));
  const isUploaded = known?.masterKey === served?.masterKey?.signable.publicKey;
  const withdrawn = own !== undefined && Object.keys(own).length === 0 && !isUploaded;
  const advice = withdrawn
    ? []
    : (Object.keys(texts) as NativeAdviceCode[]).map((code) => ({ code, text: texts[code] }));
  return { userId, withdrawn, ...(conferral && { conferral }), advice };
}

import { encodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { withCrossSigningSeed } from "../../matrix/cross-signing-seed.js";
import {
  type NativeSignature,
  type NativeSigner,
  nativeStandings,
  uploadNativeSignatures,
} from "../../matrix/native-signatures.js";
import { ownMasterKey } from "../../matrix/own-identity.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import type { Conferral } from "../../model/conferral.js";
import { lesserKeyOf } from "../../model/cross-signing-key.js";
import { signEd25519 } from "../../model/ed25519.js";
import { isSignedBy } from "../../model/matrix-signature.js";
import type { Session } from "../session.js";
import { type AssessedIdentity, assuredKey } from "./assured-key.js";
import { conferralReason } from "./conferral-reason.js";

/** What became of one user: with neither member, the signature was there before. */
export interface Conferred {
  /** What was signed and recorded now. */
  readonly conferral?: Conferral;
  /** Why they are not verified: `ERR_NATIVE_CHANGED`, `ERR_NATIVE_FAILED` or `ERR_HTTP_STATUS`. */
  readonly error?: CountersignError;
}

/**
 * Signs the master keys of `trusted` users with the own user-signing key, uploads the signatures, and reads them back.
 *
 * Signed are the very bytes that were assessed, and only while the verdict may be relied on; a user for whom another key is served by
 * now is left out. Each is recorded before it goes up and stays recorded whatever the server says then, so that none goes up
 * unrecorded.
 *
 * @param mayAsk whether the user may be asked for the pass phrase of secret storage
 * @returns what became of each user
 * @throws CountersignError `ERR_OWN_IDENTITY_*`, `ERR_CLIENT_INVALID`, `ERR_NATIVE_KEY_UNSIGNED` (the server serves no user-signing key
 *   that the own master key signed), `ERR_NATIVE_KEY_MISSING` (its private part cannot be had), `ERR_STORE_RECORD`, `ERR_CLOSED`,
 *   `ERR_ABORTED`; HttpError `ERR_HTTP_*`
 */
export async function confer(
  session: Session,
  assessed: readonly AssessedIdentity[],
  mayAsk: boolean,
  context: RouteContext,
): Promise<Map<string, Conferred>> {
  const { http, signal } = context;
  const signer = await currentSigner(session, signal);
  const keys = assessed.flatMap((one) => assuredKey(one, context.now()) ?? []);
  const standings = await nativeStandings(keys, signer, http, signal);
  const unsigned = assessed.filter(({ identity }) => standings.get(identity.userId) === "unsigned");
  const signatures = unsigned.length > 0 ? await signAll(session, unsigned, signer, mayAsk, context) : [];
  const conferrals = await recordAll(session, unsigned, signatures, context.now());
  const errors = signatures.length > 0 ? await upload(signatures, signer, context) : new Map<string, Conferred>();
  return new Map(
    assessed.map(({ identity: { userId } }): [string, Conferred] => {
      const conferral = conferrals.get(userId);
      if (conferral) return [userId, errors.get(userId) ?? { conferral }];
      return [userId, standings.get(userId) === "signed" ? {} : { error: changed() }];
    }),
  );
}

async function currentSigner({ client, http }: Session, signal: AbortSignal): Promise<NativeSigner> {
  const { signable, userSigningKey } = await ownMasterKey(client, http, signal);
  const publicKey = userSigningKey && (await lesserKeyOf(userSigningKey, "user-signing-key", signable));
  if (publicKey !== undefined) return { userId: signable.userId, publicKey };
  throw new CountersignError("ERR_NATIVE_KEY_UNSIGNED", "expected a user-signing key that the own master key signed");
}

async function signAll(
  { client }: Session,
  assessed: readonly AssessedIdentity[],
  { publicKey }: NativeSigner,
  mayAsk: boolean,
  { now, signal }: RouteContext,
): Promise<NativeSignature[]> {
  const wanted = { purpose: "user-signing-key", publicKey, mayAsk } as const;
  const sign = (seed: Bytes): Promise<NativeSignature[]> => {
    // The user may have taken their time over the pass phrase.
    const keys = assessed.flatMap((one) => assuredKey(one, now()) ?? []);
    return Promise.all(
      keys.map(async (masterKey) => ({ masterKey, value: encodeBase64(await signEd25519(seed, masterKey.bytes)) })),
    );
  };
  const signatures = await withCrossSigningSeed(client, wanted, sign, signal);
  const isRight = ({ masterKey, value }: NativeSignature): Promise<boolean> =>
    isSignedBy(publicKey, value, masterKey.bytes);
  if (signatures && (await Promise.all(signatures.map(isRight))).every(Boolean)) return signatures;
  throw new CountersignError("ERR_NATIVE_KEY_MISSING", "expected the private part of the current user-signing key");
}

async function recordAll(
  { store }: Session,
  assessed: readonly AssessedIdentity[],
  signatures: readonly NativeSignature[],
  conferredAt: number,
): Promise<Map<string, Conferral>> {
  const conferrals = new Map<string, Conferral>();
  for (const { masterKey } of signatures) {
    const { userId, publicKey = "" } = masterKey;
    const assessment = assessed.find(({ identity }) => identity.userId === userId)?.assessment;
    if (!assessment) continue;
    const conferral = { userId, masterKey: publicKey, conferredAt, reason: conferralReason(assessment) };
    await store.putConferral(conferral);
    conferrals.set(userId, conferral);
  }
  return conferrals;
}

/** @returns what went wrong, by user */
async function upload(
  signatures: readonly NativeSignature[],
  signer: NativeSigner,
  { http, signal }: RouteContext,
): Promise<Map<string, Conferred>> {
  const refused = await uploadNativeSignatures(signatures, signer, http, signal);
  const keys = signatures.map(({ masterKey }) => masterKey);
  const standings = await nativeStandings(keys, signer, http, signal);
  const failed = new CountersignError("ERR_NATIVE_FAILED", "the server said yes and does not show the signature");
  return new Map(
    [...standings]
      .filter(([, standing]) => standing !== "signed")
      .map(([userId, standing]) => [
        userId,
        { error: standing === "other" ? changed() : (refused.get(userId) ?? failed) },
      ]),
  );
}

function changed(): CountersignError {
  return new CountersignError("ERR_NATIVE_CHANGED", "expected the master key that was assessed just now");
}

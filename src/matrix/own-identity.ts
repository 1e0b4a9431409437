import { equalBytes } from "../encoding/bytes.js";
import type { JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { orAborted } from "../model/abort.js";
import type { IdentityProblem } from "../model/identity.js";
import { readSignable, type SignableObject } from "../model/signable.js";
import type { MatrixClientLike } from "./client-like.js";
import type { MatrixHttp } from "./http.js";
import { queryKeys } from "./key-query.js";
import { ownUserId } from "./own-user-id.js";

/** The own master key, in the form in which it is signed. */
export interface OwnMasterKey {
  /** The object without signatures. */
  readonly object: JsonObject;
  readonly signable: SignableObject;
  /** Unpadded base64. */
  readonly publicKey: string;
  /** The object as the server serves it, `signatures` and all. */
  readonly served: JsonObject;
  /** The self-signing key as the server serves it, unverified; absent where there is none. */
  readonly selfSigningKey?: JsonObject;
  /** The same of the user-signing key. */
  readonly userSigningKey?: JsonObject;
  /** The same of the keys that vouch for others in public. */
  readonly publicUserKeys?: readonly JsonObject[];
}

/**
 * The own master key as the crypto stack holds it, and only where that stack calls the own identity verified: a server
 * could hand its own key to an unverified device.
 *
 * The server's copy must cover the same bytes.
 *
 * @throws CountersignError
 *   `ERR_CLIENT_INVALID` (not logged in, no crypto),
 *   `ERR_OWN_IDENTITY_UNVERIFIED` (verify this device first),
 *   `ERR_OWN_IDENTITY_MISSING` (set up cross-signing first, or fetch its private keys from secret storage),
 *   `ERR_OWN_IDENTITY_DIFFERS` (the server serves another master key for the own user), and what requests throw
 */
export async function ownMasterKey(
  client: MatrixClientLike,
  http: MatrixHttp,
  signal?: AbortSignal,
): Promise<OwnMasterKey> {
  const userId = ownUserId(client);
  const { publicKey, isVerified } = await askCrypto(client, userId, signal);
  const served = (await queryKeys(http, [userId], signal)).get(userId);
  if (!publicKey || !isVerified) throw notOurs(isVerified, served?.problem);
  const object = masterKeyObject(userId, publicKey);
  const signable = readSignable(object, userId);
  if (!served?.masterKey || !equalBytes(served.masterKey.signable.bytes, signable.bytes)) {
    throw new CountersignError("ERR_OWN_IDENTITY_DIFFERS", "the server's copy of the own master key is another one");
  }
  const { masterKey, problem: _problem, ...lesserKeys } = served;
  return { object, signable, publicKey, served: masterKey.object, ...lesserKeys };
}

/** A master key in the one form in which clients write it: nothing but owner, usage and key. */
export function masterKeyObject(userId: string, publicKey: string): JsonObject {
  return { keys: { [`ed25519:${publicKey}`]: publicKey }, usage: ["master"], user_id: userId };
}

function notOurs(isVerified: boolean, problem: IdentityProblem | undefined): CountersignError {
  if (isVerified)
    return new CountersignError("ERR_OWN_IDENTITY_MISSING", "expected the cross-signing keys on this device");
  return problem === "no-master-key"
    ? new CountersignError("ERR_OWN_IDENTITY_MISSING", "expected a user who has set up cross-signing")
    : new CountersignError("ERR_OWN_IDENTITY_UNVERIFIED", "expected a device that has verified its own identity");
}

/**
 * The own master key in unpadded base64 as the crypto stack holds it. Asks no server.
 *
 * @throws CountersignError `ERR_CLIENT_INVALID`, `ERR_OWN_IDENTITY_MISSING`, `ERR_OWN_IDENTITY_UNVERIFIED`, `ERR_ABORTED`
 */
export async function ownPublicKey(client: MatrixClientLike, signal: AbortSignal): Promise<string> {
  const { publicKey, isVerified } = await askCrypto(client, ownUserId(client), signal);
  if (!publicKey || !isVerified) throw notOurs(isVerified, undefined);
  return publicKey;
}

async function askCrypto(client: MatrixClientLike, userId: string, signal: AbortSignal | undefined) {
  try {
    const crypto = client.getCrypto();
    if (!crypto) throw new Error("no crypto stack");
    const answers = Promise.all([crypto.getCrossSigningKeyId(), crypto.getUserVerificationStatus(userId)]);
    const [publicKey, status] = await orAborted(answers, signal);
    return { publicKey, isVerified: status.isCrossSigningVerified() };
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    throw new CountersignError("ERR_CLIENT_INVALID", "expected a client with end-to-end encryption that works", {
      cause,
    });
  }
}

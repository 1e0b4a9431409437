import { encodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { secretNames, withCrossSigningSeed } from "../../matrix/cross-signing-seed.js";
import type { Authenticate } from "../../matrix/interactive-auth.js";
import { ownMasterKey } from "../../matrix/own-identity.js";
import { uploadPublicUserKey } from "../../matrix/public-user-key.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import { throwIfAborted } from "../../model/abort.js";
import { lesserKeyOf } from "../../model/cross-signing-key.js";
import { publicKeyOfSeed, signEd25519 } from "../../model/ed25519.js";
import { type SignableObject, signedBytes } from "../../model/signable.js";
import type { CallOptions } from "../options.js";
import { callContext, type Session } from "../session.js";

/** How a key to vouch with is made. */
export interface CreatePublicUserKeyOptions extends CallOptions {
  /** Passes the server's user-interactive authentication. Without it nothing is uploaded; no server of today knows such a key. */
  readonly authenticate?: Authenticate;
}

/** A key to vouch with, as it was made. */
export interface PublicUserKey {
  /** Unpadded base64. */
  readonly publicKey: string;
  /** The key object, signed by the own master key: what readers need (`vouchingUsers`), and public. */
  readonly object: JsonObject;
  /** Whether the homeserver serves it, proven by a read-back. */
  readonly isServed: boolean;
  /** Why it was not uploaded, where that was tried: `ERR_PUBLISH_FAILED` or `ERR_HTTP_*`. */
  readonly error?: CountersignError;
}

/**
 * Makes a key of usage `public-user` (MSC2882), signs it with the own master key and stores its private part in secret storage, where it
 * replaces an older one. The older key counts on where a reader was handed it.
 *
 * @throws CountersignError `ERR_VOUCH_KEY_MISSING` (secret storage cannot be written, or the private master key cannot be had),
 *   `ERR_OWN_IDENTITY_*`, `ERR_CLIENT_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`, and what secret storage throws
 */
export async function createPublicUserKey(
  session: Session,
  { authenticate, signal }: CreatePublicUserKeyOptions = {},
): Promise<PublicUserKey> {
  const context = callContext(session, signal);
  const { signable } = await ownMasterKey(session.client, session.http, context.signal);
  const seed = crypto.getRandomValues(new Uint8Array(32));
  try {
    const publicKey = encodeBase64(await publicKeyOfSeed(seed));
    const object = await signedKey(session, publicKey, signable, context);
    await store(session, seed);
    return { publicKey, object, ...(await upload(object, publicKey, signable, authenticate, context)) };
  } finally {
    seed.fill(0);
  }
}

async function signedKey(
  { client }: Session,
  publicKey: string,
  masterKey: SignableObject,
  { signal }: RouteContext,
): Promise<JsonObject> {
  const { userId, publicKey: master = "" } = masterKey;
  const key = { user_id: userId, usage: ["public-user"], keys: { [`ed25519:${publicKey}`]: publicKey } };
  const wanted = { purpose: "master-key", publicKey: master, mayAsk: true } as const;
  const sign = async (seed: Bytes): Promise<string> => encodeBase64(await signEd25519(seed, signedBytes(key)));
  const value = await withCrossSigningSeed(client, wanted, sign, signal);
  const object = { ...key, signatures: { [userId]: { [`ed25519:${master}`]: value } } };
  if ((await lesserKeyOf(object, "public-user-key", masterKey)) === publicKey) return object;
  throw new CountersignError("ERR_VOUCH_KEY_MISSING", "expected the private part of the own master key");
}

/** A key that nobody can use is worse than none: it is looked for before anybody hears of it. */
async function store({ client: { secretStorage } }: Session, seed: Bytes): Promise<void> {
  const [name, secret] = [secretNames["public-user-key"], encodeBase64(seed)];
  await secretStorage?.store?.(name, secret);
  if ((await secretStorage?.get(name)) === secret) return;
  throw new CountersignError("ERR_VOUCH_KEY_MISSING", "expected secret storage that can be written");
}

async function upload(
  object: JsonObject,
  publicKey: string,
  masterKey: SignableObject,
  authenticate: Authenticate | undefined,
  context: RouteContext,
): Promise<Pick<PublicUserKey, "isServed" | "error">> {
  if (!authenticate) return { isServed: false };
  try {
    const served = await uploadPublicUserKey(object, masterKey.userId, authenticate, context);
    const keys = await Promise.all(served.map((key) => lesserKeyOf(key, "public-user-key", masterKey)));
    return { isServed: keys.includes(publicKey) };
  } catch (error) {
    throwIfAborted(context.signal);
    if (!(error instanceof CountersignError)) throw error;
    return { isServed: false, error };
  }
}

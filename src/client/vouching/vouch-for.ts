import { ed25519Signer } from "../../algorithms/ed25519/signer.js";
import { encodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError, HttpError } from "../../errors.js";
import { withCrossSigningSeed } from "../../matrix/cross-signing-seed.js";
import { type NativeSigner, nativeStandings, uploadNativeSignatures } from "../../matrix/native-signatures.js";
import { type OwnMasterKey, ownMasterKey } from "../../matrix/own-identity.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import { lesserKeyOf } from "../../model/cross-signing-key.js";
import { signEd25519 } from "../../model/ed25519.js";
import type { SignedIdentity } from "../../model/identity.js";
import type { SignableObject } from "../../model/signable.js";
import type { CallOptions } from "../options.js";
import { callContext, type Session } from "../session.js";

/** How somebody is vouched for. */
export interface VouchForOptions extends CallOptions {
  /** The own key object of usage `public-user`, where the homeserver does not serve it. */
  readonly publicUserKey?: JsonObject;
  /** How long after it is made the external signature ends, whole milliseconds; without it, it never does. */
  readonly lifetimeMs?: number;
}

/** What the own `public-user` key says of somebody's master key. */
export interface PublicVouch {
  readonly userId: string;
  /** Unpadded base64: the key that was signed. */
  readonly masterKey: string;
  /** An external signature for its owner, who hands it to `accept` (algorithm `org.ietf.ed25519`) and publishes it. */
  readonly output: string;
  /** Whether it hangs on their master key in Matrix's own form too, proven by a read-back: on no server of today. */
  readonly isServed: boolean;
}

/**
 * Vouches for another user in public (MSC2882), by the very key of `identity`: that it is theirs is the caller's word, to be given by
 * somebody who compared it with them. What is signed stays signed: it ends with its lifetime, or with the key that signed it.
 *
 * @param identity as `fetch` returned it
 * @throws CountersignError `ERR_OPTION_INVALID` for the own user, or somebody without a master key, or a lifetime out of range;
 *   `ERR_VOUCH_CHANGED` (another master key is served for them by now), `ERR_VOUCH_KEY_MISSING` (no key of usage `public-user` that the
 *   own master key signed, or its private part cannot be had), `ERR_OWN_IDENTITY_*`, `ERR_CLIENT_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`;
 *   HttpError `ERR_HTTP_*`
 */
export async function vouchFor(
  session: Session,
  { masterKey }: Pick<SignedIdentity, "masterKey">,
  { publicUserKey, lifetimeMs, signal }: VouchForOptions = {},
): Promise<PublicVouch> {
  const context = callContext(session, signal);
  const own = await ownMasterKey(session.client, session.http, context.signal);
  if (masterKey?.purpose !== "master-key" || masterKey.userId === own.signable.userId) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected another user's master key");
  }
  const signer = await ownSigner(own, publicUserKey);
  const standing = (await nativeStandings([masterKey], signer, session.http, context.signal)).get(masterKey.userId);
  if (standing === "other") {
    throw new CountersignError("ERR_VOUCH_CHANGED", "expected the master key that is served for the user now");
  }
  const sign = (seed: Bytes) =>
    signBoth(seed, masterKey, { now: session.now, ...(lifetimeMs !== undefined && { lifetimeMs }) });
  const wanted = { purpose: "public-user-key", publicKey: signer.publicKey, mayAsk: true } as const;
  const signed = await withCrossSigningSeed(session.client, wanted, sign, context.signal);
  if (!signed) throw keyMissing();
  const { userId, publicKey = "" } = masterKey;
  const isServed =
    standing === "signed" || (signer.isServed && (await isTaken(masterKey, signed.value, signer, context)));
  return { userId, masterKey: publicKey, output: signed.output, isServed };
}

/** The own key, and whether the homeserver knows it: only there an upload makes sense. */
async function ownSigner(
  { signable, publicUserKeys = [] }: OwnMasterKey,
  handedIn: JsonObject | undefined,
): Promise<NativeSigner & { readonly isServed: boolean }> {
  const read = (object: JsonObject) => lesserKeyOf(object, "public-user-key", signable);
  const served = await Promise.all(publicUserKeys.map(read));
  const publicKey = handedIn ? await read(handedIn) : served.find((key) => key !== undefined);
  if (publicKey === undefined || publicKey === signable.publicKey) throw keyMissing();
  return { userId: signable.userId, publicKey, isServed: served.includes(publicKey) };
}

async function signBoth(
  seed: Bytes,
  { bytes }: SignableObject,
  options: { readonly now: () => number; readonly lifetimeMs?: number },
): Promise<{ readonly output: string; readonly value: string }> {
  const signer = ed25519Signer(seed, options);
  try {
    return { output: await signer.sign(bytes), value: encodeBase64(await signEd25519(seed, bytes)) };
  } finally {
    signer.forget();
  }
}

/** A server that refuses it is what there is today: the external signature stands by itself. */
async function isTaken(
  masterKey: SignableObject,
  value: string,
  signer: NativeSigner,
  { http, signal }: RouteContext,
): Promise<boolean> {
  try {
    await uploadNativeSignatures([{ masterKey, value }], signer, http, signal);
    return (await nativeStandings([masterKey], signer, http, signal)).get(masterKey.userId) === "signed";
  } catch (error) {
    if (error instanceof HttpError && error.code === "ERR_HTTP_STATUS") return false;
    throw error;
  }
}

function keyMissing(): CountersignError {
  return new CountersignError("ERR_VOUCH_KEY_MISSING", "expected a key to vouch with that the own master key signed");
}

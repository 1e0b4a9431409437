import { encodeBase64, tryDecodeBase64 } from "../encoding/base64.js";
import type { Bytes } from "../encoding/bytes.js";
import { orAborted } from "../model/abort.js";
import type { LesserKey } from "../model/cross-signing-key.js";
import { publicKeyOfSeed } from "../model/ed25519.js";
import type { MatrixClientLike } from "./client-like.js";

/** The cross-signing keys that have a private part somewhere. */
type SecretKey = LesserKey | "master-key";

/** Which private key is wanted. */
export interface WantedSeed {
  readonly purpose: SecretKey;
  /** The current key in unpadded base64: another one is not used. */
  readonly publicKey: string;
  /** Whether the user may be asked for a pass phrase. */
  readonly mayAsk: boolean;
}

/**
 * Does something with one of the own private cross-signing keys, which is overwritten afterwards.
 *
 * The key comes from this device's crypto stack, which asks nobody, else from secret storage, where the client may ask for its
 * pass phrase. Strings of JavaScript cannot be overwritten: the platform frees the one that it came in when it likes.
 *
 * @returns `undefined` where the key cannot be had
 */
export async function withCrossSigningSeed<T>(
  client: MatrixClientLike,
  { purpose, publicKey, mayAsk }: WantedSeed,
  work: (seed: Bytes) => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (const source of mayAsk ? [fromCryptoStack, fromSecretStorage] : [fromCryptoStack]) {
    const seed = tryDecodeBase64((await askQuietly(() => source(client, purpose), signal)) ?? "");
    try {
      if (seed?.length === 32 && encodeBase64(await publicKeyOfSeed(seed)) === publicKey) return await work(seed);
    } finally {
      seed?.fill(0);
    }
  }
  return undefined;
}

async function fromCryptoStack(client: MatrixClientLike, purpose: SecretKey): Promise<string | undefined> {
  // No crypto stack of today knows of the other two.
  if (purpose === "event-signing-key" || purpose === "public-user-key") return undefined;
  const keys = (await client.getCrypto()?.exportSecretsBundle?.())?.cross_signing;
  if (purpose === "master-key") return keys?.master_key;
  return purpose === "self-signing-key" ? keys?.self_signing_key : keys?.user_signing_key;
}

/** Names in secret storage, the last two of MSC2757 and MSC2882. */
export const secretNames: Readonly<Record<SecretKey, string>> = {
  "master-key": "m.cross_signing.master",
  "self-signing-key": "m.cross_signing.self_signing",
  "user-signing-key": "m.cross_signing.user_signing",
  "event-signing-key": "m.event_signing",
  "public-user-key": "m.cross_signing.public_user_signing",
};

async function fromSecretStorage(client: MatrixClientLike, purpose: SecretKey): Promise<string | undefined> {
  return client.secretStorage?.get(secretNames[purpose]);
}

/** A source that has no key, or whose owner says no, is none. */
async function askQuietly(ask: () => Promise<string | undefined>, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await orAborted(ask(), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

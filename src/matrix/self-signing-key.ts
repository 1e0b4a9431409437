import { encodeBase64, tryDecodeBase64 } from "../encoding/base64.js";
import type { Bytes } from "../encoding/bytes.js";
import { orAborted } from "../model/abort.js";
import { publicKeyOfSeed } from "../model/ed25519.js";
import type { MatrixClientLike } from "./client-like.js";

/**
 * Does something with the private self-signing key, which is overwritten afterwards.
 *
 * The key comes from this device's crypto stack, which asks nobody, else from secret storage, where the client may ask for its
 * pass phrase. Strings of JavaScript cannot be overwritten: the platform frees the one that it came in when it likes.
 *
 * @param publicKey the current self-signing key in unpadded base64: another one is not used
 * @returns `undefined` where the key cannot be had
 */
export async function withSelfSigningSeed<T>(
  client: MatrixClientLike,
  publicKey: string,
  work: (seed: Bytes) => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (const source of [fromCryptoStack, fromSecretStorage]) {
    const seed = tryDecodeBase64((await askQuietly(() => source(client), signal)) ?? "");
    try {
      if (seed?.length === 32 && encodeBase64(await publicKeyOfSeed(seed)) === publicKey) return await work(seed);
    } finally {
      seed?.fill(0);
    }
  }
  return undefined;
}

async function fromCryptoStack(client: MatrixClientLike): Promise<string | undefined> {
  return (await client.getCrypto()?.exportSecretsBundle?.())?.cross_signing?.self_signing_key;
}

async function fromSecretStorage(client: MatrixClientLike): Promise<string | undefined> {
  return client.secretStorage?.get("m.cross_signing.self_signing");
}

/** A source that has no key, or whose owner says no, is none: the manifest goes out unapproved then, which its receipt says. */
async function askQuietly(ask: () => Promise<string | undefined>, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await orAborted(ask(), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

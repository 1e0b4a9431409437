import { encodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import type { Signer } from "../algorithm.js";
import { algorithmId } from "./identifier.js";
import { type Ed25519PrivateKey, type HeldKey, holdKey, keyError } from "./private-key.js";
import { formatStatement, isLifetime, statementBytes } from "./statement.js";

/** Signs bytes with an Ed25519 key, together with the times that belong to such a signature. */
export interface Ed25519Signer extends Signer {
  /** `org.ietf.ed25519`. */
  readonly algorithm: typeof algorithmId;
  /**
   * The public key and the value, a space between them: what `accept` reads.
   *
   * @throws CountersignError `ERR_ALGORITHM_KEYS` for a key that cannot be used or was forgotten, and for a callback that
   *   returns no signature; `ERR_OPTION_INVALID` for a clock that tells no time; whatever the callback throws
   */
  sign(bytes: Bytes): Promise<string>;
  /** Drops the key, and overwrites a seed: `sign` throws from now on. */
  forget(): void;
}

/** Options of {@link ed25519Signer}. */
export interface Ed25519SignerOptions {
  /** How long after it is made a signature ends, whole milliseconds; without it, it never does. */
  readonly lifetimeMs?: number;
  /** The time that signatures say, milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/**
 * A signer for an Ed25519 private key: PKCS#8 in PEM as OpenSSL writes it, a seed of 32 bytes, a `CryptoKeyPair`, or a callback
 * to where the key is kept.
 *
 * A seed stays in the page until `forget`, in a copy of its own. Prefer a `CryptoKeyPair` that cannot be exported, or a callback.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for what is no key, `ERR_OPTION_INVALID`
 */
export function ed25519Signer(key: Ed25519PrivateKey, options: Ed25519SignerOptions = {}): Ed25519Signer {
  if (typeof options !== "object" || options === null) throw optionError("options of ed25519Signer()");
  const { lifetimeMs, now = Date.now } = options;
  if (lifetimeMs !== undefined && !(Number.isSafeInteger(lifetimeMs) && lifetimeMs > 0)) {
    throw optionError("lifetimeMs: whole milliseconds, above 0");
  }
  let held: HeldKey | undefined = holdKey(key);
  return {
    algorithm: algorithmId,
    sign: async (bytes) => {
      if (!held) throw keyError("a key that was not forgotten");
      const createdMs = Math.floor(now());
      const lifetime = { createdMs, expiresMs: lifetimeMs === undefined ? 0 : createdMs + lifetimeMs };
      if (!isLifetime(lifetime)) throw optionError("now: milliseconds since 1970");
      const { publicKey, signature } = await held.sign(statementBytes(bytes, lifetime));
      return `${encodeBase64(publicKey)} ${formatStatement({ signature, ...lifetime })}`;
    },
    forget: () => {
      held?.forget();
      held = undefined;
    },
  };
}

function optionError(expected: string): CountersignError {
  return new CountersignError("ERR_OPTION_INVALID", `expected ${expected}`);
}

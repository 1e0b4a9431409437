import { CountersignError } from "../../errors.js";
import { isTextOrBytes } from "../shared/text-of.js";
import { algorithmId } from "./identifier.js";
import { callConfig, libraryLoader, type OpenPgpLibrary, type PrivateKey } from "./library.js";

/** A private key to sign with. */
export interface PrivateKeyMaterial {
  /** The private key: ASCII armor, or binary. */
  readonly key: string | Uint8Array;
  /** What unlocks it, where it is locked. */
  readonly passphrase?: string;
}

/** Signs bytes with a key that the caller unlocked in the page. */
export interface OpenPgpSigner {
  /** `org.openpgp.signature`. */
  readonly algorithm: typeof algorithmId;
  /**
   * A detached signature on exactly `bytes` in ASCII armor, followed by the signer's public key.
   *
   * @throws CountersignError `ERR_ALGORITHM_KEYS` for a key that cannot be read, unlocked or used, or was forgotten,
   *   `ERR_ALGORITHM_LIBRARY`
   */
  sign(bytes: Uint8Array): Promise<string>;
  /** Drops the key: `sign` throws from now on. */
  forget(): void;
}

/** Options of {@link openpgpSigner}. */
export interface OpenPgpSignerOptions {
  /** Loads openpgp in place of `import("openpgp")`. */
  readonly load?: () => Promise<unknown>;
  /** The time that signatures say, milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/**
 * A signer for an OpenPGP private key: the key as data with its passphrase, or a `PrivateKey` of openpgp, unlocked.
 *
 * The page holds the key while the signer lives: prefer the ready command lines of `prepare`, which leave it where it is.
 * A key given as data is unlocked for each signature and wiped after it; a `PrivateKey` stays the caller's.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for what is no key at all, `ERR_OPTION_INVALID`
 */
export function openpgpSigner(
  privateKey: PrivateKeyMaterial | UnlockedPrivateKey,
  options: OpenPgpSignerOptions = {},
): OpenPgpSigner {
  if (!isPrivateKeyInput(privateKey)) throw keyError("a private key: its data, or a PrivateKey of openpgp");
  if (typeof options !== "object" || options === null) throw optionError();
  const load = libraryLoader(options.load);
  const now = options.now ?? Date.now;
  let held: PrivateKeyMaterial | UnlockedPrivateKey | undefined = privateKey;
  return {
    algorithm: algorithmId,
    sign: async (bytes) => {
      const library = await load();
      if (!held) throw keyError("a key that was not forgotten");
      return signWith(library, held, bytes, new Date(now()));
    },
    forget: () => {
      held = undefined;
    },
  };
}

/** A `PrivateKey` of openpgp, as far as it is looked at here. */
export interface UnlockedPrivateKey {
  isPrivate(): boolean;
  isDecrypted(): boolean;
}

async function signWith(
  library: OpenPgpLibrary,
  held: PrivateKeyMaterial | UnlockedPrivateKey,
  bytes: Uint8Array,
  date: Date,
): Promise<string> {
  const isMaterial = "key" in held;
  const unlocked = isMaterial ? await unlock(library, held) : (held as PrivateKey);
  try {
    if (!unlocked.isPrivate() || !unlocked.isDecrypted()) throw keyError("an unlocked private key");
    return await signBytes(library, unlocked, bytes, date);
  } finally {
    if (isMaterial) unlocked.clearPrivateParams?.();
  }
}

async function signBytes(library: OpenPgpLibrary, key: PrivateKey, bytes: Uint8Array, date: Date): Promise<string> {
  try {
    const message = await library.createMessage({ binary: bytes });
    const signature = await library.sign({
      message,
      signingKeys: key,
      detached: true,
      format: "armored",
      config: callConfig(library),
      date,
    });
    return `${signature}\n${key.toPublic().armor()}`;
  } catch (cause) {
    throw keyError("a private key that can sign", cause);
  }
}

async function unlock(library: OpenPgpLibrary, { key, passphrase }: PrivateKeyMaterial): Promise<PrivateKey> {
  const config = callConfig(library);
  let privateKey: PrivateKey;
  try {
    const data = typeof key === "string" ? { armoredKey: key } : { binaryKey: key };
    privateKey = await library.readPrivateKey({ ...data, config });
  } catch {
    // What openpgp says about it may quote it: nothing of a private key goes into an error.
    throw keyError("an OpenPGP private key");
  }
  if (privateKey.isDecrypted()) return privateKey;
  if (passphrase === undefined) throw keyError("a passphrase for a locked private key");
  try {
    return await library.decryptKey({ privateKey, passphrase, config });
  } catch {
    throw keyError("the passphrase of this private key");
  }
}

function isPrivateKeyInput(input: unknown): input is PrivateKeyMaterial | UnlockedPrivateKey {
  if (typeof input !== "object" || input === null) return false;
  const { key, isPrivate } = input as Partial<PrivateKeyMaterial & UnlockedPrivateKey>;
  return "key" in input ? isTextOrBytes(key) : typeof isPrivate === "function";
}

function optionError(): CountersignError {
  return new CountersignError("ERR_OPTION_INVALID", "expected options of openpgpSigner()");
}

function keyError(expected: string, cause?: unknown): CountersignError {
  return new CountersignError("ERR_ALGORITHM_KEYS", `expected ${expected}`, cause === undefined ? {} : { cause });
}

import { decodeBase64 } from "../encoding/base64.js";
import { type Bytes, concatBytes, equalBytes } from "../encoding/bytes.js";
import { CountersignError } from "../errors.js";
import { isDegeneratePoint, littleEndian } from "./edwards-point.js";

type Library = typeof import("@noble/ed25519");

/** Order of the group that the base point generates (RFC 8032 §5.1). */
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;

/** What stands before the seed in PKCS#8 (RFC 8410 §7). */
const pkcs8Prefix = new Uint8Array([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/**
 * Whether `signature` over `message` is right under `publicKey`.
 *
 * Strict: wrong lengths, points of small order or not canonical (the key's and the signature's) and an S that is not below the
 * group's order are refused before any library is asked, since libraries differ in them.
 *
 * @param publicKey 32 bytes
 * @param signature 64 bytes; any other length is no signature
 * @returns `false` for whatever is wrong; never throws for what a stranger wrote
 * @throws what loading the library throws, where WebCrypto has no Ed25519
 * @see RFC 8032, section 5.1.7
 */
export async function verifyEd25519(publicKey: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  if (signature.length !== 64 || littleEndian(signature.subarray(32)) >= groupOrder) return false;
  if (isDegeneratePoint("ed25519", publicKey) || isDegeneratePoint("ed25519", signature.subarray(0, 32))) return false;
  try {
    return await withEd25519(
      async () => {
        const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
        return crypto.subtle.verify("Ed25519", key, signature, message);
      },
      (library) => library.verifyAsync(signature, message, publicKey, { zip215: false }),
    );
  } catch (error) {
    // Some engines say by this that 32 bytes are no point of the curve.
    if (isNamed(error, "DataError")) return false;
    throw error;
  }
}

/**
 * Signs `message`: 64 bytes, the same each time.
 *
 * @param seed 32 bytes, the private key of RFC 8032; the caller overwrites it, this function its own copy
 * @throws CountersignError `ERR_OPTION_INVALID` for a seed of another length
 * @see RFC 8032, section 5.1.6
 */
export async function signEd25519(seed: Bytes, message: Bytes): Promise<Bytes> {
  return withEd25519(
    async () => {
      const key = await importSeed(seed, false);
      return new Uint8Array(await crypto.subtle.sign("Ed25519", key, message));
    },
    async (library) => new Uint8Array(await library.signAsync(message, checked(seed))),
  );
}

/**
 * The public key, 32 bytes, that belongs to a seed.
 *
 * WebCrypto tells it only of a key that may be exported, and in the same breath as the private part: a string, which the
 * platform frees when it likes.
 *
 * @param seed 32 bytes; the caller overwrites it
 * @throws CountersignError `ERR_OPTION_INVALID` for a seed of another length
 */
export async function publicKeyOfSeed(seed: Bytes): Promise<Bytes> {
  return withEd25519(
    async () => {
      const { x = "" } = await crypto.subtle.exportKey("jwk", await importSeed(seed, true));
      return decodeBase64(x.replace(/-/g, "+").replace(/_/g, "/"));
    },
    async (library) => new Uint8Array(await library.getPublicKeyAsync(checked(seed))),
  );
}

/**
 * The seed inside of an Ed25519 private key in DER, in the one form that has no room for anything else: 32 bytes, a copy.
 *
 * @param pkcs8 an OneAsymmetricKey of version 1 without attributes (RFC 8410 §7), as OpenSSL writes it
 * @returns `undefined` for anything else
 */
export function seedOfPkcs8(pkcs8: Uint8Array): Bytes | undefined {
  const { length } = pkcs8Prefix;
  const isSeed = pkcs8.length === length + 32 && equalBytes(pkcs8.subarray(0, length), pkcs8Prefix);
  return isSeed ? new Uint8Array(pkcs8.subarray(length)) : undefined;
}

async function importSeed(seed: Bytes, extractable: boolean): Promise<CryptoKey> {
  const pkcs8 = concatBytes(pkcs8Prefix, checked(seed));
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", extractable, ["sign"]);
  } finally {
    pkcs8.fill(0);
  }
}

function checked(seed: Bytes): Bytes {
  if (seed.length === 32) return seed;
  throw new CountersignError("ERR_OPTION_INVALID", "expected a seed of 32 bytes, got another length");
}

/** By WebCrypto, or where that has no Ed25519 by a library, which loads when it is first needed. */
async function withEd25519<T>(byPlatform: () => Promise<T>, byLibrary: (library: Library) => Promise<T>): Promise<T> {
  try {
    return await byPlatform();
  } catch (error) {
    if (!isNamed(error, "NotSupportedError")) throw error;
    return byLibrary(await import("@noble/ed25519"));
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

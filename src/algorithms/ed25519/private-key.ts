import { tryDecodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { publicKeyOfSeed, seedOfPkcs8, signEd25519 } from "../../model/ed25519.js";
import { isTextOrBytes } from "../shared/text-of.js";

/** A key that is kept elsewhere: by a card, a key vault, another program. */
export interface RemoteEd25519Key {
  /** 32 bytes, or the same in base64. */
  readonly publicKey: Uint8Array | string;
  /** Signs exactly these bytes (RFC 8032, without prehash); returns 64 bytes, or the same in base64. */
  sign(bytes: Bytes): Uint8Array | string | Promise<Uint8Array | string>;
}

/** PKCS#8 in PEM, a seed of 32 bytes, a pair of WebCrypto's, or a key that is kept elsewhere. */
export type Ed25519PrivateKey = string | Uint8Array | CryptoKeyPair | RemoteEd25519Key;

/** A signature of 64 bytes, and the 32 bytes of the key that made it. */
export interface SignedByKey {
  readonly publicKey: Bytes;
  readonly signature: Bytes;
}

/** A key in use. */
export interface HeldKey {
  /** Signs; the two belong together whatever becomes of the key meanwhile. */
  sign(bytes: Bytes): Promise<SignedByKey>;
  forget(): void;
}

/** Of a block that is not locked, the base64 in lines: such a key takes 64 characters. */
const unlockedPem = /-----BEGIN PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]{64,200})-----END PRIVATE KEY-----/g;
const maxPemLength = 16 * 1024;

/**
 * Takes a key in. Of a key that is a secret in this page, a copy: the caller may overwrite their own.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for what is no key; the methods throw it for one that cannot be used
 */
export function holdKey(key: Ed25519PrivateKey): HeldKey {
  if (typeof key === "string") return holdSeed(seedOfPem(key));
  if (isTextOrBytes(key)) return holdSeed(new Uint8Array(key));
  if (typeof key !== "object" || key === null) throw keyError("an Ed25519 private key");
  return "sign" in key ? holdRemote(key) : holdPair(key);
}

/** The error for a key that cannot be used; says nothing of what was given. */
export function keyError(expected: string, cause?: unknown): CountersignError {
  return new CountersignError("ERR_ALGORITHM_KEYS", `expected ${expected}`, cause === undefined ? {} : { cause });
}

function holdSeed(seed: Bytes): HeldKey {
  if (seed.length !== 32) throw keyError("a seed of 32 bytes");
  return {
    sign: async (bytes) => {
      // Forgetting overwrites the seed, and zeros are a seed too: one that everybody has.
      const copy = new Uint8Array(seed);
      try {
        return { publicKey: await publicKeyOfSeed(copy), signature: await signEd25519(copy, bytes) };
      } finally {
        copy.fill(0);
      }
    },
    forget: () => seed.fill(0),
  };
}

function holdPair({ privateKey, publicKey }: CryptoKeyPair): HeldKey {
  if (![privateKey, publicKey].every(isEd25519)) throw keyError("a pair of Ed25519 keys");
  return {
    sign: async (bytes) => {
      try {
        const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
        return { publicKey: raw, signature: new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, bytes)) };
      } catch (cause) {
        throw keyError("a pair of Ed25519 keys that can sign", cause);
      }
    },
    forget: () => undefined,
  };
}

function holdRemote(key: RemoteEd25519Key): HeldKey {
  const publicKey = readBytes(key.publicKey, 32);
  if (!publicKey || typeof key.sign !== "function")
    throw keyError("a public key of 32 bytes and a function that signs");
  return {
    sign: async (bytes) => {
      const signature = readBytes(await key.sign(bytes), 64);
      if (!signature) throw keyError("a signature of 64 bytes from where the key is kept");
      return { publicKey, signature };
    },
    forget: () => undefined,
  };
}

function isEd25519(key: Partial<CryptoKey> | undefined): boolean {
  return key?.algorithm?.name === "Ed25519";
}

function readBytes(data: Uint8Array | string, length: number): Bytes | undefined {
  if (!isTextOrBytes(data)) return undefined;
  const bytes = typeof data === "string" ? tryDecodeBase64(data.trim()) : new Uint8Array(data);
  return bytes?.length === length ? bytes : undefined;
}

/** Nothing of a private key goes into an error. */
function seedOfPem(text: string): Bytes {
  const [block, ...others] = text.length > maxPemLength ? [] : text.matchAll(unlockedPem);
  const pkcs8 = tryDecodeBase64((block?.[1] ?? "").replace(/\s+/g, ""));
  const seed = pkcs8 && seedOfPkcs8(pkcs8);
  pkcs8?.fill(0);
  if (!seed || others.length > 0) throw keyError("an Ed25519 private key in PEM, not locked by a passphrase");
  return seed;
}

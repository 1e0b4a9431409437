import { looksArmored, readArmor, readWrappedBase64 } from "../../encoding/armor.js";
import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { Fault } from "../shared/fault.js";
import { isTextOrBytes, textOf } from "../shared/text-of.js";
import { groupPackets, holdsPrivateKey, type PacketGroup } from "./packet-groups.js";

/** The most that one piece of key data may be. */
export interface KeyDataLimits {
  readonly maxBytes: number;
  readonly maxBlocks: number;
  readonly maxPackets: number;
}

/** Certificates as they were read, and signatures that came without one. */
export interface KeyData {
  /** All packets, decoded. */
  readonly bytes: Bytes;
  readonly certificates: readonly PacketGroup[];
  readonly loose: readonly Uint8Array[];
}

/**
 * Reads public keys: binary, ASCII armor (any number of blocks one after the other, as text or as the bytes of a file), or
 * base64. Verifies nothing.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for a private key, for anything else that holds no public key, and past the
 *   limits; the message never repeats the input
 */
export function readKeyData(data: string | Uint8Array, limits: KeyDataLimits): KeyData {
  const bytes = decodeKeyData(data, limits);
  if (bytes.length > limits.maxBytes) throw keysError("less key data");
  if (holdsPrivateKey(bytes)) throw privateKeyError();
  try {
    const groups = groupPackets(bytes, limits.maxPackets);
    if (groups.certificates.length > 0 || groups.loose.length > 0) return { bytes, ...groups };
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw keysError("OpenPGP public keys", cause);
  }
  throw keysError("OpenPGP public keys");
}

/** The refusal of a private key where a public one belongs. */
export function privateKeyError(): CountersignError {
  return keysError("a public key, got a private key: keep it where it is and export the public one");
}

function decodeKeyData(data: string | Uint8Array, limits: KeyDataLimits): Bytes {
  if (!isTextOrBytes(data)) throw keysError("OpenPGP public keys as text or bytes");
  // Base64 in lines is at most twice as long as what it holds; beyond that there is nothing to read.
  if (data.length > limits.maxBytes * 2) throw keysError("less key data");
  const text = textOf(data);
  if (typeof text !== "string") return new Uint8Array(text);
  try {
    return looksArmored(text) ? armoredKeys(text, limits) : readWrappedBase64(text);
  } catch (cause) {
    if (cause instanceof CountersignError && cause.code === "ERR_ALGORITHM_KEYS") throw cause;
    throw keysError("OpenPGP public keys", cause);
  }
}

function armoredKeys(text: string, limits: KeyDataLimits): Bytes {
  const { blocks } = readArmor(text, { maxLength: text.length, maxBlocks: limits.maxBlocks });
  if (blocks.some((block) => block.label.includes("PRIVATE"))) throw privateKeyError();
  if (blocks.some((block) => block.label !== "PUBLIC KEY BLOCK")) throw keysError("blocks of public keys alone");
  return concatBytes(...blocks.map((block) => block.bytes));
}

function keysError(expected: string, cause?: unknown): CountersignError {
  return new CountersignError("ERR_ALGORITHM_KEYS", `expected ${expected}`, cause === undefined ? {} : { cause });
}

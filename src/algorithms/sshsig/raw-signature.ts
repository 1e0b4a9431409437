import { type Bytes, concatBytes, sha256 } from "../../encoding/bytes.js";
import { SshReader } from "../../encoding/ssh-reader.js";
import { verifyEd25519 } from "../../model/ed25519.js";
import { Fault } from "../shared/fault.js";
import type { Curve } from "./curves.js";
import type { SshPublicKey } from "./public-key.js";
import { readOrFault } from "./read-or-fault.js";

/** A signature as SSH writes it, for keys of one type. */
export interface RawSignature {
  /** What it says that it was made with, such as `rsa-sha2-512`. */
  readonly type: string;
  readonly data: Uint8Array;
  /** What a security key adds, and signs: one byte of flags, four of a counter. */
  readonly state?: Uint8Array;
}

const rsaDigests: ReadonlyMap<string, string> = new Map([
  ["rsa-sha2-256", "SHA-256"],
  ["rsa-sha2-512", "SHA-512"],
]);

/**
 * Reads a signature in SSH's wire format (RFC 4253 §6.6, OpenSSH's PROTOCOL.u2f), which must be of the kind that `key` makes.
 *
 * @throws Fault `malformed`, also for a signature of another kind of key; `weak-algorithm` for RSA with SHA-1
 */
export function readRawSignature(blob: Uint8Array, key: SshPublicKey): RawSignature {
  return readOrFault(() => {
    const reader = new SshReader(blob);
    const type = reader.text();
    if (type === "ssh-rsa" && key.kind === "rsa") throw new Fault("weak-algorithm");
    if (key.kind === "rsa" ? !rsaDigests.has(type) : type !== key.type) throw new Fault("malformed");
    const data = reader.string();
    const state = key.application && reader.take(5);
    reader.end();
    return { type, data, ...(state && { state }) };
  });
}

/** Whether a security key says that somebody touched it; `undefined` for any other key. */
export function isUserPresent({ state }: RawSignature): boolean | undefined {
  return state && ((state[0] ?? 0) & 1) === 1;
}

/**
 * Whether the signature over `message` is right.
 *
 * @throws Fault `malformed` for a point that is not on its curve, `unsupported-key` for what the platform does not know
 */
export async function isRight(signature: RawSignature, key: SshPublicKey, message: Bytes): Promise<boolean> {
  const { data, state } = signature;
  const signed = key.application && state ? await signedBySecurityKey(key.application, state, message) : message;
  switch (key.kind) {
    case "ed25519":
      return verifyEd25519(key.point, new Uint8Array(data), signed);
    case "ecdsa":
      return isRightEcdsa(data, key.info, key.curve, signed);
    case "rsa":
      return isRightRsa(signature, key.info, signed);
  }
}

async function signedBySecurityKey(application: Uint8Array, state: Uint8Array, message: Bytes): Promise<Bytes> {
  return concatBytes(await sha256(application), state, await sha256(message));
}

async function isRightEcdsa(data: Uint8Array, info: Bytes, curve: Curve, message: Bytes): Promise<boolean> {
  const numbers = readOrFault(() => readNumbers(data, curve));
  const key = await importKey(info, { name: "ECDSA", namedCurve: curve.name });
  return numbers !== undefined && crypto.subtle.verify({ name: "ECDSA", hash: curve.hash }, key, numbers, message);
}

async function isRightRsa({ type, data }: RawSignature, info: Bytes, message: Bytes): Promise<boolean> {
  const name = "RSASSA-PKCS1-v1_5";
  const key = await importKey(info, { name, hash: rsaDigests.get(type) ?? "" });
  return crypto.subtle.verify(name, key, new Uint8Array(data), message);
}

/** Both numbers of an ECDSA signature (RFC 5656 §3.1.2) as WebCrypto takes them; `undefined` where one is too long. */
function readNumbers(data: Uint8Array, { octets }: Curve): Bytes | undefined {
  const reader = new SshReader(data);
  const numbers = [reader.unsignedInteger(), reader.unsignedInteger()];
  reader.end();
  if (numbers.some((number) => number.length > octets)) return undefined;
  return concatBytes(...numbers.flatMap((number) => [new Uint8Array(octets - number.length), number]));
}

async function importKey(info: Bytes, algorithm: EcKeyImportParams | RsaHashedImportParams): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("spki", info, algorithm, false, ["verify"]);
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : "";
    if (name === "DataError") throw new Fault("malformed", { cause });
    if (name === "NotSupportedError") throw new Fault("unsupported-key", { cause });
    throw cause;
  }
}

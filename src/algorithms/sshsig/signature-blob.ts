import { type Bytes, concatBytes, equalBytes, utf8 } from "../../encoding/bytes.js";
import { SshReader } from "../../encoding/ssh-reader.js";
import { sshString } from "../../encoding/ssh-writer.js";
import { Fault } from "../shared/fault.js";
import { namespace } from "./identifier.js";
import { readOrFault } from "./read-or-fault.js";

/** An SSHSIG blob taken apart. */
export interface SignatureBlob {
  /** The public key, in SSH's wire format. */
  readonly publicKey: Uint8Array;
  /** The digest's name: `sha256`, `sha512`. */
  readonly hash: string;
  /** The signature, in SSH's wire format. */
  readonly signature: Uint8Array;
}

const magic = utf8("SSHSIG");
const version = 1;
const digests: ReadonlyMap<string, string> = new Map([
  ["sha256", "SHA-256"],
  ["sha512", "SHA-512"],
]);
const weakDigests: ReadonlySet<string> = new Set(["md5", "sha1"]);

/** Whether `bytes` begin as an SSHSIG blob does. */
export function isSignatureBlob(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, magic.length), magic);
}

/**
 * Reads an SSHSIG blob (OpenSSH's PROTOCOL.sshsig). Verifies nothing.
 *
 * The reserved field must be empty: what stands in it is not part of what ssh-keygen verifies.
 *
 * @throws Fault `malformed`, `wrong-namespace`, `weak-algorithm`
 */
export function readSignatureBlob(bytes: Uint8Array): SignatureBlob {
  return readOrFault(() => {
    const reader = new SshReader(bytes);
    if (!equalBytes(reader.take(magic.length), magic) || reader.uint32() !== version) throw new Fault("malformed");
    const publicKey = reader.string();
    const purpose = reader.text();
    const reserved = reader.string();
    const hash = reader.text();
    const signature = reader.string();
    reader.end();
    if (purpose !== namespace) throw new Fault("wrong-namespace");
    if (weakDigests.has(hash)) throw new Fault("weak-algorithm");
    if (reserved.length > 0 || !digests.has(hash)) throw new Fault("malformed");
    return { publicKey, hash, signature };
  });
}

/** The bytes that a blob's signature covers, for a message in this namespace. */
export async function signedData(message: Bytes, { hash }: SignatureBlob): Promise<Bytes> {
  const digest = await crypto.subtle.digest(digests.get(hash) ?? "", message);
  return concatBytes(
    magic,
    sshString(utf8(namespace)),
    sshString(),
    sshString(utf8(hash)),
    sshString(new Uint8Array(digest)),
  );
}

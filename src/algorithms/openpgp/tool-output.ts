import { joinBlocks, looksArmored, readArmor, readWrappedBase64 } from "../../encoding/armor.js";
import { CountersignError } from "../../errors.js";
import { Fault } from "../shared/fault.js";
import { isTextOrBytes, textOf } from "../shared/text-of.js";
import type { Certificate } from "./certificate.js";
import { maxBlocks, maxCertificateBytes, maxCertificatePackets } from "./limits.js";
import { groupPackets, holdsPrivateKey } from "./packet-groups.js";
import { packetTag, readPackets } from "./packets.js";
import { readCertificates } from "./read-certificates.js";
import { type ReadSignature, readSignatures } from "./value.js";

/** What a signing tool gave back: signatures, and the certificates that came along. */
export interface ToolOutput {
  readonly signatures: readonly ReadSignature[];
  readonly certificates: readonly Certificate[];
}

const maxOutputLength = 2 * maxCertificateBytes;

/**
 * Reads what a signing tool wrote: ASCII armor with any text around it, bare base64 in lines, or a binary file.
 *
 * @throws CountersignError `ERR_ACCEPT_MALFORMED`, which says what it was and never repeats it
 */
export async function readToolOutput(output: string | Uint8Array): Promise<ToolOutput> {
  if (!isTextOrBytes(output)) throw malformed("a signature as text or bytes", "something else");
  if (output.length > maxOutputLength) throw malformed("a signature", "far more");
  try {
    const { signatures, keys } = splitOutput(output);
    if (signatures.length === 0) throw malformed("a signature", "none");
    return { signatures: readSignatures(signatures), certificates: await certificatesIn(keys) };
  } catch (cause) {
    if (cause instanceof Fault) throw malformed("a detached signature", describe(cause), cause);
    if (!(cause instanceof CountersignError) || cause.code === "ERR_ACCEPT_MALFORMED") throw cause;
    throw malformed("a detached signature in ASCII armor, base64 or binary", "something else", cause);
  }
}

interface SplitOutput {
  readonly signatures: Uint8Array;
  readonly keys: Uint8Array;
}

function splitOutput(output: string | Uint8Array): SplitOutput {
  const text = textOf(output);
  if (typeof text !== "string") return splitBinary(text);
  if (!looksArmored(text)) return splitBinary(readWrappedBase64(text));
  const { blocks } = readArmor(text, { maxLength: maxOutputLength, maxBlocks });
  const labels = blocks.map((block) => block.label);
  if (labels.some((label) => label.includes("PRIVATE"))) throw privateKey();
  if (labels.includes("SIGNED MESSAGE")) throw malformed("a detached signature", "a cleartext message");
  if (labels.includes("MESSAGE")) throw malformed("a detached signature", "a message signed inside");
  return { signatures: joinBlocks(blocks, "SIGNATURE"), keys: joinBlocks(blocks, "PUBLIC KEY BLOCK") };
}

/** Signature packets first, then perhaps certificates. */
function splitBinary(bytes: Uint8Array): SplitOutput {
  if (holdsPrivateKey(bytes)) throw privateKey();
  let start = bytes.length;
  for (const { tag, raw } of readPackets(bytes, maxCertificatePackets)) {
    if (tag === packetTag.publicKey) start = Math.min(start, raw.byteOffset - bytes.byteOffset);
  }
  return { signatures: bytes.subarray(0, start), keys: bytes.subarray(start) };
}

async function certificatesIn(keys: Uint8Array): Promise<Certificate[]> {
  const { certificates } = await readCertificates(groupPackets(keys, maxCertificatePackets));
  return [...certificates.values()];
}

function describe(fault: Fault): string {
  return fault.code === "wrong-signature-type" ? "a message signed inside" : "something else";
}

function privateKey(): CountersignError {
  return malformed("a signature", "a private key: it must never leave the place where it is kept");
}

function malformed(expected: string, got: string, cause?: unknown): CountersignError {
  const options = cause === undefined ? {} : { cause };
  return new CountersignError("ERR_ACCEPT_MALFORMED", `expected ${expected}, got ${got}`, options);
}

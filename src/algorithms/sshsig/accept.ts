import { readWrappedBase64 } from "../../encoding/armor.js";
import { encodeBase64 } from "../../encoding/base64.js";
import { looksPem, readPem } from "../../encoding/pem.js";
import { CountersignError } from "../../errors.js";
import { AcceptError } from "../../model/accept-error.js";
import { formatKeyId } from "../../model/key-id.js";
import type { AcceptedSignature, AcceptInput } from "../algorithm.js";
import { Fault, verdictOf } from "../shared/fault.js";
import { isTextOrBytes, textOf } from "../shared/text-of.js";
import { fingerprintOf } from "./fingerprint.js";
import { algorithmId } from "./identifier.js";
import type { KeyList } from "./key-list.js";
import { maxOutputLength } from "./limits.js";
import { isSignatureBlob, readSignatureBlob } from "./signature-blob.js";
import { armorLabel } from "./value.js";
import { verifySshSignature } from "./verify.js";

/** A tool's output holds one signature, with perhaps a key beside it. */
const maxBlocks = 4;

/**
 * Turns what ssh-keygen wrote into the signature to publish, under the fingerprint of the key in it.
 *
 * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ABORTED`; {@link AcceptError}
 */
export async function acceptOutput(
  { output, ...input }: AcceptInput,
  list: KeyList | undefined,
): Promise<AcceptedSignature> {
  const bytes = readToolOutput(output);
  const key = await fingerprintOf(publicKeyIn(bytes));
  const value = encodeBase64(bytes);
  const verdict = await verifySshSignature({ ...input, key, value }, list);
  if (verdict.status !== "valid") throw new AcceptError(verdict);
  return { keyId: formatKeyId({ form: "custom", algorithm: algorithmId, key }), value, verdict };
}

function publicKeyIn(bytes: Uint8Array): Uint8Array {
  try {
    return readSignatureBlob(bytes).publicKey;
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    if (cause.code === "malformed") throw malformed("a signature by ssh-keygen", "something else", cause);
    throw new AcceptError(verdictOf(cause.code));
  }
}

/** The blob in armor with any text around it, in bare base64, or in a binary file. */
function readToolOutput(output: string | Uint8Array): Uint8Array {
  if (!isTextOrBytes(output)) throw malformed("a signature as text or bytes", "something else");
  if (output.length > maxOutputLength) throw malformed("a signature", "far more");
  if (typeof output !== "string" && isSignatureBlob(output)) return output;
  const text = textOf(output);
  if (typeof text !== "string") throw malformed("a signature by ssh-keygen", "something else");
  try {
    return looksPem(text) ? readArmor(text) : readWrappedBase64(text);
  } catch (cause) {
    if (!(cause instanceof CountersignError) || cause.code === "ERR_ACCEPT_MALFORMED") throw cause;
    throw malformed("a signature by ssh-keygen", "something else", cause);
  }
}

function readArmor(text: string): Uint8Array {
  if (text.includes("PRIVATE KEY-----")) {
    throw malformed("a signature", "a private key: it must never leave the place where it is kept");
  }
  const { blocks } = readPem(text, { maxLength: maxOutputLength, maxBlocks });
  const [signature, ...others] = blocks.filter(({ label }) => label === armorLabel);
  if (!signature) throw malformed("a signature by ssh-keygen", "another kind of armor");
  if (others.length > 0) throw malformed("one signature", "several");
  return signature.bytes;
}

function malformed(expected: string, got: string, cause?: unknown): CountersignError {
  const options = cause === undefined ? {} : { cause };
  return new CountersignError("ERR_ACCEPT_MALFORMED", `expected ${expected}, got ${got}`, options);
}

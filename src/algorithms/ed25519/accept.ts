import { CountersignError } from "../../errors.js";
import { AcceptError } from "../../model/accept-error.js";
import { formatKeyId } from "../../model/key-id.js";
import type { AcceptedSignature, AcceptInput } from "../algorithm.js";
import { isTextOrBytes, textOf } from "../shared/text-of.js";
import { algorithmId } from "./identifier.js";
import { readStatement } from "./statement.js";
import { verifyStatement } from "./verify.js";

const maxOutputLength = 1024;

/**
 * Turns what `ed25519Signer` returns into the signature to publish: the public key and the value, white space between them.
 *
 * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ABORTED`; {@link AcceptError}
 */
export async function acceptOutput({ output, ...input }: AcceptInput): Promise<AcceptedSignature> {
  const text = isTextOrBytes(output) && output.length <= maxOutputLength ? textOf(output) : "";
  const [key = "", value = "", ...others] = typeof text === "string" ? text.trim().split(/\s+/) : [];
  if (!readStatement(value) || others.length > 0) {
    const expected = "a public key and a signature with its times";
    throw new CountersignError("ERR_ACCEPT_MALFORMED", `expected ${expected}, got something else`);
  }
  const verdict = await verifyStatement({ ...input, key, value });
  if (verdict.status !== "valid") throw new AcceptError(verdict);
  return { keyId: formatKeyId({ form: "custom", algorithm: algorithmId, key }), value, verdict };
}

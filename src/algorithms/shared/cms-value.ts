import { decodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import { looksPem, readPem } from "../../encoding/pem.js";
import { CountersignError } from "../../errors.js";
import type { SignatureValue } from "../../model/external-signature.js";
import { Fault } from "./fault.js";

/** The largest CMS that is taken for a signature, in bytes. */
export const maxCmsValueBytes: number = 128 * 1024;
/** Base64 of the largest CMS, in lines and with room for a frame. */
const maxTextLength: number = Math.ceil(maxCmsValueBytes * 1.5);

/**
 * The bytes of a CMS in a signature's value: PEM with one of `labels` and nothing around it, or where `allowsBase64` unpadded base64.
 *
 * @throws Fault `malformed`, `too-large`
 */
export function decodeCmsValue(value: SignatureValue, labels: readonly string[], allowsBase64: boolean): Bytes {
  if (typeof value !== "string") throw new Fault("malformed");
  if (value.length > maxTextLength) throw new Fault("too-large");
  try {
    if (allowsBase64 && !looksPem(value)) return bounded(unpadded(value));
    const { blocks, hasOtherText } = readPem(value, { maxLength: maxTextLength, maxBlocks: 1 });
    const [block] = blocks;
    if (!block || hasOtherText || !labels.includes(block.label)) throw new Fault("malformed");
    return bounded(block.bytes);
  } catch (cause) {
    if (!(cause instanceof CountersignError)) throw cause;
    throw new Fault(cause.code === "ERR_ARMOR_LIMIT" ? "too-large" : "malformed", { cause });
  }
}

function unpadded(text: string): Bytes {
  if (text.endsWith("=")) throw new Fault("malformed");
  return decodeBase64(text);
}

function bounded(bytes: Bytes): Bytes {
  if (bytes.length > maxCmsValueBytes) throw new Fault("too-large");
  return bytes;
}

import { decodeBase64 } from "../../encoding/base64.js";
import type { Bytes } from "../../encoding/bytes.js";
import { looksPem, readPem } from "../../encoding/pem.js";
import type { SignatureValue } from "../../model/external-signature.js";
import { Fault } from "../shared/fault.js";
import { maxValueLength } from "./limits.js";
import { readOrFault } from "./read-or-fault.js";

/** What stands in the first line of ssh-keygen's armor. */
export const armorLabel = "SSH SIGNATURE";

/**
 * The SSHSIG blob that a value holds: base64, or ssh-keygen's armor with nothing around it.
 *
 * @throws Fault `too-large`, `malformed`
 */
export function decodeValue(value: SignatureValue): Bytes {
  if (typeof value !== "string") throw new Fault("malformed");
  if (value.length > maxValueLength) throw new Fault("too-large");
  return readOrFault(() => (looksPem(value) ? decodeArmor(value) : decodeBase64(value)));
}

function decodeArmor(text: string): Bytes {
  const { blocks, hasOtherText } = readPem(text, { maxLength: maxValueLength, maxBlocks: 1 });
  const [block] = blocks;
  if (block?.label !== armorLabel || hasOtherText) throw new Fault("malformed");
  return block.bytes;
}

import { looksArmored, readArmor } from "../../encoding/armor.js";
import { decodeBase64 } from "../../encoding/base64.js";
import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { Fault } from "../shared/fault.js";
import { maxBlocks, maxValueBytes, maxValueLength, maxValuePackets, maxValueSignatures } from "./limits.js";
import { packetTag, readPackets } from "./packets.js";
import { type ParsedSignature, parseSignature, signatureType } from "./signature-packet.js";

const inlineTags: ReadonlySet<number> = new Set([
  packetTag.onePassSignature,
  packetTag.compressedData,
  packetTag.literalData,
]);
const inlineLabels: ReadonlySet<string> = new Set(["MESSAGE", "SIGNED MESSAGE"]);

/** One signature packet of a value. */
export interface ReadSignature {
  /** The signature on a document, or the code of why it is none that can be read. */
  readonly signature: ParsedSignature | Fault;
  /** The whole packet. */
  readonly raw: Uint8Array;
}

/**
 * The binary signature packets that a value holds: unpadded base64, or ASCII armor with nothing around it.
 *
 * @throws Fault `too-large`, `malformed`, `wrong-signature-type` for a message that is signed inside
 */
export function decodeValue(text: string): Bytes {
  if (text.length > maxValueLength) throw new Fault("too-large");
  const bytes = looksArmored(text) ? decodeArmoredValue(text) : decodeOrFault(() => decodeBase64(text));
  if (bytes.length > maxValueBytes) throw new Fault("too-large");
  return bytes;
}

/**
 * The signature packets in `bytes`.
 *
 * A compressed packet ends it unread: nothing is ever decompressed.
 *
 * @throws Fault `too-large`, `malformed`, `wrong-signature-type`
 */
export function readSignatures(bytes: Uint8Array): ReadSignature[] {
  const signatures: ReadSignature[] = [];
  for (const { tag, body, raw } of readPackets(bytes, maxValuePackets)) {
    if (inlineTags.has(tag)) throw new Fault("wrong-signature-type");
    if (tag !== packetTag.signature || !body) throw new Fault("malformed");
    if (signatures.length === maxValueSignatures) throw new Fault("too-large");
    signatures.push({ signature: readSignature(body), raw });
  }
  if (signatures.length === 0) throw new Fault("malformed");
  return signatures;
}

function readSignature(body: Uint8Array): ParsedSignature | Fault {
  try {
    const signature = parseSignature(body);
    const isDocument = signature.type === signatureType.binary || signature.type === signatureType.text;
    return isDocument ? signature : new Fault("wrong-signature-type");
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function decodeArmoredValue(text: string): Bytes {
  const { blocks, hasOtherText } = decodeOrFault(() => readArmor(text, { maxLength: maxValueLength, maxBlocks }));
  if (blocks.some((block) => inlineLabels.has(block.label))) throw new Fault("wrong-signature-type");
  if (hasOtherText || blocks.some((block) => block.label !== "SIGNATURE")) throw new Fault("malformed");
  return concatBytes(...blocks.map((block) => block.bytes));
}

function decodeOrFault<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const isLimit = cause instanceof CountersignError && cause.code === "ERR_ARMOR_LIMIT";
    throw new Fault(isLimit ? "too-large" : "malformed", { cause });
  }
}

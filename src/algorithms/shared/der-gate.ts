import { decodeUtf8 } from "../../encoding/bytes.js";
import { type DerValue, derMembers, derObjectIdentifierText, readDer } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import { tag } from "./der-tags.js";

/** Universal types whose value is the contents alone; BER lets strings be taken apart, DER does not (X.690 §10.2). */
const primitive: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 5, 6, 9, 10, 12, 18, 19, 20, 21, 22, 23, 24, 26, 27, 28, 30,
]);
/** SEQUENCE and SET. */
const constructed: ReadonlySet<number> = new Set([16, 17]);

/**
 * Reads `bytes` as DER, every value in every value: the gate through which each certificate, list, answer and message goes.
 *
 * Beyond {@link readDer}: universal types have the one form that DER allows them, in what they hold too. Whether the members
 * of a SET OF are sorted is not checked, since widespread software does not sort certificates; defaults that are spelled
 * out are the reader's of that very type to refuse. What stands in a primitive OCTET STRING is not looked at.
 *
 * @param maxBytes the most that is read, below 16 MiB
 * @throws CountersignError `ERR_DER_MALFORMED`
 * @see X.690 §10, §11
 */
export function readStrictDer(bytes: Uint8Array, maxBytes: number): DerValue {
  const value = readDer(bytes, maxBytes);
  const waiting: DerValue[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    checkForm(next);
    if ((next.tag & 0x20) !== 0) for (const member of derMembers(next)) waiting.push(member);
  }
  return value;
}

function checkForm(value: DerValue): void {
  const isUniversal = value.tag >> 6 === 0;
  if (!isUniversal) return;
  const isConstructed = (value.tag & 0x20) !== 0;
  const number = value.tag & 0x1f;
  if (!(isConstructed ? constructed : primitive).has(number)) throw malformed("types in the form that DER allows");
  if (!isConstructed) checkContents(value);
}

function checkContents(value: DerValue): void {
  const { contents } = value;
  switch (value.tag) {
    case tag.boolean:
      if (contents.length !== 1 || (contents[0] !== 0 && contents[0] !== 0xff)) throw malformed("true or false");
      return;
    case tag.integer:
    case tag.enumerated:
      if (!isShortest(contents)) throw malformed("integers in their shortest form");
      return;
    case tag.bitString:
      if (!isBitString(contents)) throw malformed("bit strings with unused bits of zero");
      return;
    case tag.null:
      if (contents.length > 0) throw malformed("a null without contents");
      return;
    case tag.objectIdentifier:
      derObjectIdentifierText(value);
      return;
    case tag.utf8String:
      if (decodeUtf8(contents) === undefined) throw malformed("UTF-8");
  }
}

function isShortest(contents: Uint8Array): boolean {
  const [first, second] = contents;
  if (first === undefined) return false;
  if (second === undefined) return true;
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function isBitString(contents: Uint8Array): boolean {
  const unused = contents[0];
  if (unused === undefined || unused > 7) return false;
  if (contents.length === 1) return unused === 0;
  return ((contents.at(-1) ?? 0) & ((1 << unused) - 1)) === 0;
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_DER_MALFORMED", `expected DER with ${expected}`);
}

import { decodeUtf8 } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { tag } from "./der-tags.js";

/**
 * The text of a string type, or `undefined` for what is none, or not well-formed in its type.
 *
 * TeletexString is read as Latin-1, which is what is in them. Neither the alphabet of PrintableString nor a length is checked.
 */
export function derString({ tag: type, contents }: DerValue): string | undefined {
  switch (type) {
    case tag.utf8String:
      return decodeUtf8(contents);
    case tag.printableString:
    case tag.numericString:
    case tag.ia5String:
    case tag.visibleString:
      return asciiText(contents);
    case tag.teletexString:
      return Array.from(contents, (octet) => String.fromCharCode(octet)).join("");
    case tag.bmpString:
      return fromCodePoints(contents, 2);
    case tag.universalString:
      return fromCodePoints(contents, 4);
    default:
      return undefined;
  }
}

/** The text of ASCII bytes, or `undefined` where one is none, as for IA5String under an implicit tag. */
export function asciiText(contents: Uint8Array): string | undefined {
  return contents.some((octet) => octet >= 0x80) ? undefined : decodeUtf8(contents);
}

function fromCodePoints(contents: Uint8Array, octets: number): string | undefined {
  if (contents.length % octets !== 0) return undefined;
  let text = "";
  for (let offset = 0; offset < contents.length; offset += octets) {
    const point = contents.subarray(offset, offset + octets).reduce((total, octet) => total * 256 + octet, 0);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

import { decodeUtf8 } from "../../encoding/bytes.js";
import { type DerValue, derMembers, derObjectIdentifierText, readDer } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";

/** More levels than {@link readDer} allows at once, because octets can hold DER again. */
const maxLevels = 64;

/** Something with a type: an attribute of a name, of a directory, of a signer. */
export interface DerAttribute {
  /** In dotted decimals. */
  readonly type: string;
  /** What text there is behind the type. */
  readonly text: string;
}

/**
 * Everything with a type in front, anywhere inside of a value, octets that hold DER included: so it does not matter where in a
 * signature a certificate, or a part of one, stands.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export function attributesIn(value: DerValue, levels: number = maxLevels): DerAttribute[] {
  if (levels === 0) throw new CountersignError("ERR_DER_MALFORMED", `expected at most ${maxLevels} levels`);
  const members = membersOf(value);
  const [type, ...rest] = members;
  const own = type?.tag === 0x06 ? [{ type: derObjectIdentifierText(type), text: rest.map(derText).join(" ") }] : [];
  return [...own, ...members.flatMap((member) => attributesIn(member, levels - 1))];
}

/**
 * The text of any kind of string, of several strings in one too. BMPString and UniversalString hold two and four octets a
 * character; what is no UTF-8 is taken for Latin-1, as T61String.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export function derText(value: DerValue): string {
  const { tag, contents } = value;
  if ((tag & 0x20) !== 0) return derMembers(value).map(derText).join("");
  const octets = tag === 0x1e || tag === 0x1c ? contents.filter((octet) => octet !== 0) : contents;
  return decodeUtf8(octets) ?? String.fromCharCode(...octets);
}

function membersOf(value: DerValue): DerValue[] {
  if ((value.tag & 0x20) !== 0) return derMembers(value);
  if (value.tag !== 0x04 || value.contents[0] !== 0x30) return [];
  try {
    return [readDer(value.contents)];
  } catch (error) {
    // Octets may begin as DER does by chance, as those of a signature.
    if (error instanceof CountersignError) return [];
    throw error;
  }
}

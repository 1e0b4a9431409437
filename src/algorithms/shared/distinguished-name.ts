import { toHex } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { DerFields, membersOf, oidOf, someMembersOf } from "./der-fields.js";
import { derString } from "./der-string.js";
import { tag } from "./der-tags.js";
import { oid } from "./object-identifiers.js";

/** A distinguished name (RFC 5280 §4.1.2.4). */
export interface DistinguishedName {
  /** One text for each relative name, the same for all that RFC 5280 §7.1 calls equal. */
  readonly relativeNames: readonly string[];
  /** All of it in one text, to compare whole names by. */
  readonly comparable: string;
  /** To be read by people (RFC 4514): most significant last. No two names that differ have one text. */
  readonly text: string;
  /** Values of emailAddress in it. */
  readonly mailAddresses: readonly string[];
  /** Values of serialNumber in it; empty text for one that is no string. */
  readonly serialNumbers: readonly string[];
  /** The whole of it in DER. */
  readonly encoded: Uint8Array;
}

interface Attribute {
  readonly type: string;
  /** Absent where the value is no string. */
  readonly text: string | undefined;
  readonly encoded: Uint8Array;
}

const serialNumber = "2.5.4.5";

/** The short names of RFC 4514 §3 and the few others that certificates of people hold. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.4", "SN"],
  [serialNumber, "serialNumber"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.12", "title"],
  ["2.5.4.42", "GN"],
  ["2.5.4.97", "organizationIdentifier"],
  ["0.9.2342.19200300.100.1.25", "DC"],
  [oid.emailAddress, "emailAddress"],
]);

/** Reads a Name. @throws CountersignError `ERR_DER_MALFORMED` */
export function readName(name: DerValue): DistinguishedName {
  const relative = membersOf(name, tag.sequence).map(readRelativeName);
  return nameOf(relative, name.encoded);
}

/**
 * Reads a RelativeDistinguishedName that stands behind another name (RFC 5280 §4.2.1.13: nameRelativeToCRLIssuer).
 *
 * @param relativeName with its implicit tag, or a SET
 * @returns the comparable text of the whole
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export function comparableBehind(base: DistinguishedName, relativeName: DerValue): string {
  const last = comparableRelative(someMembersOf(relativeName, relativeName.tag).map(readAttribute));
  return joined([...base.relativeNames, last]);
}

function nameOf(relative: readonly (readonly Attribute[])[], encoded: Uint8Array): DistinguishedName {
  const relativeNames = relative.map(comparableRelative);
  const valuesOf = (wanted: string): string[] =>
    relative.flat().flatMap(({ type, text }) => (type === wanted ? [text ?? ""] : []));
  const texts = relative.map((attributes) => attributes.map(attributeText).join("+"));
  return {
    relativeNames,
    comparable: joined(relativeNames),
    text: texts.reverse().join(", "),
    mailAddresses: valuesOf(oid.emailAddress),
    serialNumbers: valuesOf(serialNumber),
    encoded,
  };
}

function readRelativeName(value: DerValue): Attribute[] {
  return someMembersOf(value, tag.set).map(readAttribute);
}

function readAttribute(value: DerValue): Attribute {
  const fields = new DerFields(value);
  const type = oidOf(fields.take(tag.objectIdentifier));
  const content = fields.take();
  fields.end();
  return { type, text: derString(content), encoded: content.encoded };
}

/** Lengths are part of it: no two different lists have one text. */
function joined(relativeNames: readonly string[]): string {
  return JSON.stringify(relativeNames);
}

function comparableRelative(attributes: readonly Attribute[]): string {
  return JSON.stringify(
    attributes.map(({ type, text, encoded }) => [type, comparableValue(text, encoded)]).sort(byText),
  );
}

function byText(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first < second ? -1 : Number(first > second);
}

/** Whatever the type of string: without regard to case, white space folded, Unicode composed (RFC 4518 §2, in short). */
function comparableValue(text: string | undefined, encoded: Uint8Array): string {
  if (text === undefined) return `#${toHex(encoded)}`;
  const folded = text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
  return `=${folded.replace(/\s+/g, " ").trim()}`;
}

function attributeText({ type, text, encoded }: Attribute): string {
  // A number sign at the start means a value that is no string.
  const value = text === undefined ? `#${toHex(encoded)}` : text.replace(/["+,;<>\\]|^[ #]| $/g, "\\$&");
  return `${shortNames.get(type) ?? type}=${withoutControls(value)}`;
}

/** Characters that could make a shown name look like another one are spelled out. */
function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

import type { Bytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { derValue } from "../../encoding/der-writer.js";
import { DerFields, malformedDer, oidOf, someMembersOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { tag } from "./der-tags.js";

/** Attributes of a signer, by type: the values of each. */
export type Attributes = ReadonlyMap<string, readonly DerValue[]>;

/** Attributes that are signed. */
export interface SignedAttributes {
  readonly values: Attributes;
  /** What is signed: the attributes in DER under the tag of a SET (RFC 5652 §5.4). */
  readonly signedPart: Bytes;
}

/**
 * Reads signed attributes: sorted as DER wants it, each type once, so that they have one reading and one spelling.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 * @see RFC 5652, section 5.3
 */
export function readSignedAttributes(value: DerValue): SignedAttributes {
  const members = someMembersOf(value, value.tag);
  members.forEach(({ encoded }, index) => {
    const before = members[index - 1];
    if (before && compareOctets(before.encoded, encoded) > 0) throw malformedDer("sorted attributes");
  });
  const values = readAttributes(value);
  if (values.size !== members.length) throw malformedDer("each signed attribute once");
  return { values, signedPart: derValue(tag.set, value.contents) };
}

/** Reads attributes that are not signed; those of one type count as one. @throws CountersignError `ERR_DER_MALFORMED` */
export function readAttributes(value: DerValue): Attributes {
  const attributes = new Map<string, readonly DerValue[]>();
  for (const member of someMembersOf(value, value.tag)) {
    const fields = new DerFields(member);
    const type = oidOf(fields.take(tag.objectIdentifier));
    const values = someMembersOf(fields.take(tag.set), tag.set);
    fields.end();
    attributes.set(type, [...(attributes.get(type) ?? []), ...values]);
  }
  return attributes;
}

/** The one value that an attribute has; `undefined` where there is no such attribute. @throws CountersignError `ERR_DER_MALFORMED` */
export function singleValue(attributes: Attributes, type: string): DerValue | undefined {
  const values = attributes.get(type);
  if (values && values.length !== 1) throw malformedDer("one value of an attribute");
  return values?.[0];
}

/**
 * Whether `bytes` are signed attributes as they are signed. A signature over those, with the attributes left out, would be one
 * over a document of that form.
 */
export function areSignedAttributes(bytes: Uint8Array): boolean {
  if (bytes[0] !== tag.set) return false;
  try {
    return readAttributes(readStrictDer(bytes, bytes.length)).size > 0;
  } catch {
    return false;
  }
}

/** The order of a SET OF (X.690 §11.6); of two that begin alike the shorter comes first. */
export function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

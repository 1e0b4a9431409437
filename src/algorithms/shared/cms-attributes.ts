import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { DerFields, malformedDer, membersOf, oidOf, someMembersOf } from "./der-fields.js";
import { tag } from "./der-tags.js";

/** Attributes of a signer (RFC 5652 §5.3). */
export interface CmsAttributes {
  /** Values by type. */
  readonly values: ReadonlyMap<string, readonly DerValue[]>;
  /** A SET OF in DER: what is signed in place of the content (§5.4). */
  readonly encoded: Bytes;
}

/**
 * Reads attributes.
 *
 * @param value a SET OF Attribute, or one with an implicit tag in its place
 * @throws CountersignError `ERR_DER_MALFORMED`, for no attributes and for a type that stands there twice too
 */
export function readAttributes(value: DerValue): CmsAttributes {
  const values = new Map<string, readonly DerValue[]>();
  for (const member of someMembersOf(value, value.tag)) {
    const fields = new DerFields(member);
    const type = oidOf(fields.take(tag.objectIdentifier));
    if (values.has(type)) throw malformedDer("each attribute once");
    values.set(type, membersOf(fields.take(), tag.set));
    fields.end();
  }
  return { values, encoded: concatBytes(Uint8Array.of(tag.set), value.encoded.subarray(1)) };
}

/** The one value of an attribute; `undefined` where it is absent. @throws CountersignError `ERR_DER_MALFORMED` for none or several */
export function oneValueOf({ values }: CmsAttributes, type: string): DerValue | undefined {
  const all = values.get(type);
  if (all && all.length !== 1) throw malformedDer("one value of an attribute");
  return all?.[0];
}

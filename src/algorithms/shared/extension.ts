import type { DerValue } from "../../encoding/der-reader.js";
import { booleanOf, DerFields, malformedDer, oidOf, someMembersOf } from "./der-fields.js";
import { readStrictDer } from "./der-gate.js";
import { tag } from "./der-tags.js";

/** One extension of a certificate, a revocation list or an OCSP answer (RFC 5280 §4.2). */
export interface Extension {
  readonly type: string;
  readonly isCritical: boolean;
  /** What the OCTET STRING holds, unread: {@link extensionValue} reads it. */
  readonly octets: Uint8Array;
}

/** Reads Extensions; none where the value is absent. @throws CountersignError `ERR_DER_MALFORMED`, for a type that stands there twice too */
export function readExtensions(value: DerValue | undefined): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const member of value ? someMembersOf(value, tag.sequence) : []) {
    const fields = new DerFields(member);
    const type = oidOf(fields.take(tag.objectIdentifier));
    const critical = fields.optional(tag.boolean);
    const octets = fields.take(tag.octetString).contents;
    fields.end();
    if (extensions.has(type)) throw malformedDer("each extension once");
    extensions.set(type, { type, isCritical: critical !== undefined && booleanOf(critical), octets });
  }
  return extensions;
}

/** The one DER value that an extension holds. @throws CountersignError `ERR_DER_MALFORMED` */
export function extensionValue({ octets }: Extension): DerValue {
  return readStrictDer(octets, octets.length);
}

/** The types of the critical extensions that are not among `known`. */
export function unknownCritical(extensions: ReadonlyMap<string, Extension>, known: ReadonlySet<string>): string[] {
  return [...extensions.values()]
    .filter(({ type, isCritical }) => isCritical && !known.has(type))
    .map(({ type }) => type);
}

import type { DerValue } from "../../encoding/der-reader.js";
import { countOf, DerFields, malformedDer, someMembersOf } from "./der-fields.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { type GeneralName, readGeneralName } from "./general-name.js";

/** The nameConstraints of one CA (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
  /** Whether a subtree has a minimum or maximum: RFC 5280 knows none, so nothing can be said to pass. */
  readonly hasDistances: boolean;
}

/** Reads NameConstraints. @throws CountersignError `ERR_DER_MALFORMED`, where it holds no subtree at all too */
export function readNameConstraints(value: DerValue): NameConstraints {
  const fields = new DerFields(value);
  const permitted = readSubtrees(fields.optional(contextConstructed(0)));
  const excluded = readSubtrees(fields.optional(contextConstructed(1)));
  fields.end();
  if (permitted.length + excluded.length === 0) throw malformedDer("a subtree");
  return {
    permitted: permitted.map(({ base }) => base),
    excluded: excluded.map(({ base }) => base),
    hasDistances: [...permitted, ...excluded].some(({ hasDistance }) => hasDistance),
  };
}

function readSubtrees(value: DerValue | undefined): { base: GeneralName; hasDistance: boolean }[] {
  if (!value) return [];
  return someMembersOf(value, value.tag).map((member) => {
    const fields = new DerFields(member, tag.sequence);
    const base = readGeneralName(fields.take());
    const minimum = fields.optional(contextPrimitive(0));
    const maximum = fields.optional(contextPrimitive(1));
    fields.end();
    return { base, hasDistance: (minimum !== undefined && countOf(minimum) > 0) || maximum !== undefined };
  });
}

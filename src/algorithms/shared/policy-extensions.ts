import type { DerValue } from "../../encoding/der-reader.js";
import { countOf, DerFields, malformedDer, oidOf, someMembersOf } from "./der-fields.js";
import { contextPrimitive, tag } from "./der-tags.js";
import { type Extension, extensionValue } from "./extension.js";
import { oid } from "./object-identifiers.js";

/** What a certificate says about certificate policies (RFC 5280 §4.2.1.4, .5, .11, .14). */
export interface PolicyExtensions {
  /** Object identifiers; absent where there is no such extension. */
  readonly policies?: ReadonlySet<string>;
  /** For each policy of the issuer those of the subject that are as good. */
  readonly policyMappings?: ReadonlyMap<string, ReadonlySet<string>>;
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
  readonly inhibitAnyPolicy?: number;
  /** Qualifiers that nobody understands, in a critical extension: as bad as an unknown critical extension. */
  readonly unknownCriticalQualifiers: readonly string[];
}

const knownQualifiers: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"]);

/** Reads the four policy extensions. @throws CountersignError `ERR_DER_MALFORMED` */
export function readPolicyExtensions(all: ReadonlyMap<string, Extension>): PolicyExtensions {
  const policies = all.get(oid.certificatePolicies);
  const mappings = all.get(oid.policyMappings);
  const inhibitAny = all.get(oid.inhibitAnyPolicy);
  const read = policies && readPolicies(extensionValue(policies));
  return {
    ...(read && { policies: read.policies }),
    ...(mappings && { policyMappings: readMappings(extensionValue(mappings)) }),
    ...readConstraints(all.get(oid.policyConstraints)),
    ...(inhibitAny && { inhibitAnyPolicy: countOf(expectInteger(extensionValue(inhibitAny))) }),
    unknownCriticalQualifiers: policies?.isCritical && read ? read.unknownQualifiers : [],
  };
}

function readPolicies(value: DerValue): { policies: ReadonlySet<string>; unknownQualifiers: string[] } {
  const policies = new Set<string>();
  const unknownQualifiers: string[] = [];
  for (const member of someMembersOf(value, tag.sequence)) {
    const fields = new DerFields(member);
    const policy = oidOf(fields.take(tag.objectIdentifier));
    const qualifiers = fields.optional(tag.sequence);
    fields.end();
    if (policies.has(policy)) throw malformedDer("each policy once");
    policies.add(policy);
    for (const qualifier of qualifiers ? someMembersOf(qualifiers, tag.sequence) : []) {
      const type = oidOf(new DerFields(qualifier).take(tag.objectIdentifier));
      if (!knownQualifiers.has(type)) unknownQualifiers.push(type);
    }
  }
  return { policies, unknownQualifiers };
}

function readMappings(value: DerValue): ReadonlyMap<string, ReadonlySet<string>> {
  const mappings = new Map<string, Set<string>>();
  for (const member of someMembersOf(value, tag.sequence)) {
    const fields = new DerFields(member);
    const issuerPolicy = oidOf(fields.take(tag.objectIdentifier));
    const subjectPolicy = oidOf(fields.take(tag.objectIdentifier));
    fields.end();
    mappings.set(issuerPolicy, (mappings.get(issuerPolicy) ?? new Set()).add(subjectPolicy));
  }
  return mappings;
}

function readConstraints(
  extension: Extension | undefined,
): Pick<PolicyExtensions, "requireExplicitPolicy" | "inhibitPolicyMapping"> {
  if (!extension) return {};
  const fields = new DerFields(extensionValue(extension));
  const explicit = fields.optional(contextPrimitive(0));
  const mapping = fields.optional(contextPrimitive(1));
  fields.end();
  if (!explicit && !mapping) throw malformedDer("a policy constraint");
  return {
    ...(explicit && { requireExplicitPolicy: countOf(explicit) }),
    ...(mapping && { inhibitPolicyMapping: countOf(mapping) }),
  };
}

function expectInteger(value: DerValue): DerValue {
  if (value.tag !== tag.integer) throw malformedDer("an integer");
  return value;
}

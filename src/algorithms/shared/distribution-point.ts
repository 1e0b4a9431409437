import { toHex } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { DerFields, insideOf, malformedDer, namedBitsOf, someMembersOf } from "./der-fields.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { comparableBehind, type DistinguishedName } from "./distinguished-name.js";
import { type GeneralName, readGeneralNames } from "./general-name.js";

/** Where a revocation list is to be had, in a certificate or in the list itself. */
export type DistributionPointName = { readonly fullName: readonly GeneralName[] } | { readonly relativeName: DerValue };

/** One DistributionPoint (RFC 5280 §4.2.1.13). */
export interface DistributionPoint {
  readonly name?: DistributionPointName;
  /** Bits of ReasonFlags; absent where it is for all. */
  readonly reasons?: ReadonlySet<number>;
  /** Who signs the list, where that is somebody else than the certificate's issuer. */
  readonly crlIssuer?: readonly GeneralName[];
}

/** Reads CRLDistributionPoints. @throws CountersignError `ERR_DER_MALFORMED` */
export function readDistributionPoints(value: DerValue): DistributionPoint[] {
  return someMembersOf(value, tag.sequence).map((member) => {
    const fields = new DerFields(member);
    const name = fields.optional(contextConstructed(0));
    const reasons = fields.optional(contextPrimitive(1));
    const crlIssuer = fields.optional(contextConstructed(2));
    fields.end();
    if (!name && !crlIssuer) throw malformedDer("a name or an issuer");
    return {
      ...(name && { name: readDistributionPointName(name) }),
      ...(reasons && { reasons: namedBitsOf(reasons) }),
      ...(crlIssuer && { crlIssuer: readGeneralNames(crlIssuer, contextConstructed(2)) }),
    };
  });
}

/** Reads a DistributionPointName inside of its explicit tag. @throws CountersignError `ERR_DER_MALFORMED` */
export function readDistributionPointName(tagged: DerValue): DistributionPointName {
  const value = insideOf(tagged);
  if (value.tag === contextConstructed(0)) return { fullName: readGeneralNames(value, contextConstructed(0)) };
  if (value.tag === contextConstructed(1)) return { relativeName: value };
  throw malformedDer("the name of a distribution point");
}

/**
 * Texts of all names of a distribution point, equal where the names are (RFC 5280 §6.3.3 (b)(2)(i)).
 *
 * @param issuer of the revocation list, before which a relative name stands
 */
export function comparableNames(name: DistributionPointName, issuer: DistinguishedName): string[] {
  if ("relativeName" in name) return [`directoryName ${comparableBehind(issuer, name.relativeName)}`];
  return name.fullName.map(comparableName);
}

/** A text that two names share only where they are equal; forms that are not understood equal nothing. */
function comparableName(name: GeneralName, index: number): string {
  switch (name.form) {
    case "directoryName":
      return `directoryName ${name.name.comparable}`;
    case "rfc822Name":
    case "dNSName":
    case "uniformResourceIdentifier":
      return `${name.form} ${name.text}`;
    case "iPAddress":
      return `iPAddress ${toHex(name.octets)}`;
    default:
      return `${index} not understood`;
  }
}

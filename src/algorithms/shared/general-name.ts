import type { DerValue } from "../../encoding/der-reader.js";
import { DerFields, insideOf, malformedDer, oidOf, someMembersOf } from "./der-fields.js";
import { asciiText, derString } from "./der-string.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { type DistinguishedName, readName } from "./distinguished-name.js";

/** Forms of names that hold text. */
export type TextNameForm = "rfc822Name" | "dNSName" | "uniformResourceIdentifier";

/** One GeneralName (RFC 5280 §4.2.1.6). */
export type GeneralName =
  | { readonly form: TextNameForm; readonly text: string }
  | { readonly form: "directoryName"; readonly name: DistinguishedName }
  | { readonly form: "iPAddress"; readonly octets: Uint8Array }
  | { readonly form: "otherName"; readonly type: string; readonly text: string | undefined }
  | { readonly form: "x400Address" | "ediPartyName" | "registeredID" };

const textForms: ReadonlyMap<number, TextNameForm> = new Map([
  [contextPrimitive(1), "rfc822Name"],
  [contextPrimitive(2), "dNSName"],
  [contextPrimitive(6), "uniformResourceIdentifier"],
]);

/** Reads GeneralNames, of which there is at least one. @throws CountersignError `ERR_DER_MALFORMED` */
export function readGeneralNames(value: DerValue, expectedTag: number = tag.sequence): GeneralName[] {
  return someMembersOf(value, expectedTag).map(readGeneralName);
}

/** Reads one GeneralName; whether its text is an address, a host or a URI is not checked. @throws CountersignError `ERR_DER_MALFORMED` */
export function readGeneralName(value: DerValue): GeneralName {
  const form = textForms.get(value.tag);
  if (form !== undefined) {
    const text = asciiText(value.contents);
    if (text === undefined) throw malformedDer("ASCII");
    return { form, text };
  }
  switch (value.tag) {
    case contextConstructed(0):
      return readOtherName(value);
    case contextConstructed(3):
      return { form: "x400Address" };
    case contextConstructed(4):
      return { form: "directoryName", name: readName(insideOf(value)) };
    case contextConstructed(5):
      return { form: "ediPartyName" };
    case contextPrimitive(7):
      return { form: "iPAddress", octets: value.contents };
    case contextPrimitive(8):
      return { form: "registeredID" };
    default:
      throw malformedDer("a general name");
  }
}

function readOtherName(value: DerValue): GeneralName {
  const fields = new DerFields(value, contextConstructed(0));
  const type = oidOf(fields.take(tag.objectIdentifier));
  const content = insideOf(fields.take(contextConstructed(0)));
  fields.end();
  return { form: "otherName", type, text: derString(content) };
}

import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm-identifier.js";
import { type Attributes, readAttributes, readSignedAttributes, type SignedAttributes } from "./cms-attributes.js";
import { countOf, DerFields, malformedDer } from "./der-fields.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { readName } from "./distinguished-name.js";

/** How a signer names its certificate. */
export type SignerIdentifier =
  | { readonly kind: "subject-key-id"; readonly keyId: Uint8Array }
  | { readonly kind: "issuer-serial"; readonly issuer: string; readonly serialNumber: Uint8Array };

/** One SignerInfo of a CMS. Nothing of it is verified. */
export interface SignerInfo {
  readonly version: number;
  readonly identifier: SignerIdentifier;
  readonly digest: AlgorithmIdentifier;
  readonly signedAttributes?: SignedAttributes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
  readonly unsignedAttributes: Attributes;
}

const none: Attributes = new Map();

/**
 * Reads a SignerInfo.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`, for a version that is not that of its identifier too
 * @see RFC 5652, section 5.3
 */
export function readSignerInfo(value: DerValue): SignerInfo {
  const fields = new DerFields(value);
  const version = countOf(fields.take(tag.integer));
  const identifier = readIdentifier(fields.take(tag.sequence, contextPrimitive(0)));
  if (version !== (identifier.kind === "subject-key-id" ? 3 : 1)) throw malformedDer("the version of the identifier");
  const digest = readAlgorithm(fields.take());
  const signed = fields.optional(contextConstructed(0));
  const signatureAlgorithm = readAlgorithm(fields.take());
  const signature = fields.take(tag.octetString).contents;
  const unsigned = fields.optional(contextConstructed(1));
  fields.end();
  return {
    version,
    identifier,
    digest,
    ...(signed && { signedAttributes: readSignedAttributes(signed) }),
    signatureAlgorithm,
    signature: concatBytes(signature),
    unsignedAttributes: unsigned ? readAttributes(unsigned) : none,
  };
}

function readIdentifier(value: DerValue): SignerIdentifier {
  if (value.tag !== tag.sequence) return { kind: "subject-key-id", keyId: value.contents };
  const fields = new DerFields(value);
  const issuer = readName(fields.take()).comparable;
  const serialNumber = fields.take(tag.integer).contents;
  fields.end();
  return { kind: "issuer-serial", issuer, serialNumber };
}

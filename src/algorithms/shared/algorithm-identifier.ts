import { equalBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { DerFields, oidOf } from "./der-fields.js";
import { tag } from "./der-tags.js";

/** An AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters?: DerValue;
  /** The whole of it in DER. */
  readonly encoded: Uint8Array;
}

/** Reads an AlgorithmIdentifier; whether anybody knows it is not checked. @throws CountersignError `ERR_DER_MALFORMED` */
export function readAlgorithm(value: DerValue, expectedTag: number = tag.sequence): AlgorithmIdentifier {
  const fields = new DerFields(value, expectedTag);
  const oid = oidOf(fields.take(tag.objectIdentifier));
  const [parameters, ...others] = fields.rest();
  if (others.length > 0) fields.take();
  return { oid, encoded: value.encoded, ...(parameters && { parameters }) };
}

/** Whether both are the same to the byte. */
export function isSameAlgorithm(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  return equalBytes(a.encoded, b.encoded);
}

/** Whether the parameters are NULL or absent: both spellings are in use for digests and RSA (RFC 4055 §2.1, §5). */
export function hasNoParameters({ parameters }: AlgorithmIdentifier): boolean {
  return parameters === undefined || parameters.tag === tag.null;
}

import { readDer } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import { parseKeyId } from "../key-id.js";
import { carriedBytes } from "./carried-bytes.js";
import type { LintedSignature } from "./finding.js";
import { isSignedData, readSignedData, type SignedDataFacts } from "./signed-data.js";

/**
 * The CMS signatures that Element reads in a value: under the bare `io.element.x509` alone, no `custom:` form and no other
 * algorithm. None for what cannot be read: that it cannot be read is for others to say.
 */
export function elementSignatures({ keyId, value }: LintedSignature): SignedDataFacts[] {
  const id = parseKeyId(keyId);
  if (id?.form !== "bare" || id.algorithm !== "io.element.x509") return [];
  try {
    return carriedBytes(value).flatMap(({ bytes }) => {
      const content = readDer(bytes);
      return isSignedData(content) ? [readSignedData(content)] : [];
    });
  } catch (error) {
    if (error instanceof CountersignError) return [];
    throw error;
  }
}

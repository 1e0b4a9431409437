import type { SignatureAlgorithm, SigningCommand } from "../../algorithms/algorithm.js";
import { type Bytes, equalBytes } from "../../encoding/bytes.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { orAborted } from "../../model/abort.js";
import { AcceptError } from "../../model/accept-error.js";
import { withExternalSignature } from "../../model/external-signature.js";
import { parseKeyId } from "../../model/key-id.js";
import { readSignableDocument } from "../../model/signable-document.js";
import { readClock } from "../clock.js";

/** Everything that is needed to sign a document with a tool of one's own. */
export interface DocumentRequest {
  /** The document without signatures. */
  readonly document: JsonObject;
  /** The exact bytes to be signed. */
  readonly bytes: Bytes;
  /** Ready command lines; the bytes are to be saved under `inputFile` before those of the form `file`. */
  readonly commands: readonly SigningCommand[];
}

/** How {@link acceptDocument} verifies. */
export interface AcceptDocumentOptions {
  /** The algorithm that the request was made for, with the keys or certificates of the signer. */
  readonly algorithm: SignatureAlgorithm;
  /** The clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

/**
 * The request to sign a document with an algorithm.
 *
 * @throws CountersignError `ERR_ALGORITHM_CANNOT_SIGN`, `ERR_OBJECT_SHAPE`, and what `signedBytes` throws
 */
export function documentRequest(
  document: JsonObject,
  algorithm: SignatureAlgorithm,
  fileName: string,
): DocumentRequest {
  if (!algorithm.accept) throw cannotSign();
  const { bytes } = readSignableDocument(document).signable;
  return { document, bytes, commands: algorithm.commands?.(bytes, fileName) ?? [] };
}

/**
 * Reads what came back for a request, verifies it and puts it into the document, which is then the file to hand out.
 *
 * Says that the signature is right, not that readers will take the signer's word: for that verify the file as they do.
 *
 * @param request as it was prepared; one that carries signatures keeps them
 * @param output armor, base64 or a binary file, as the signing tool wrote it
 * @throws AcceptError `ERR_ACCEPT_NOT_VALID`, with the verdict; CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`,
 *   `ERR_OBJECT_SHAPE` for a request that was changed, `ERR_KEY_ID_MALFORMED`, `ERR_ALGORITHM_CANNOT_SIGN`, `ERR_ABORTED`
 */
export async function acceptDocument(
  request: DocumentRequest,
  output: string | Uint8Array,
  { algorithm, now = Date.now, signal }: AcceptDocumentOptions,
): Promise<JsonObject> {
  const { signable: object } = readSignableDocument(request.document);
  if (!equalBytes(object.bytes, request.bytes)) {
    throw new CountersignError("ERR_OBJECT_SHAPE", "expected the request as it was prepared");
  }
  if (!algorithm.accept) throw cannotSign();
  const accepting = algorithm.accept({ object, output, now: readClock(now), ...(signal && { signal }) });
  const { keyId, value, verdict } = await orAborted(accepting, signal);
  if (verdict.status !== "valid") throw new AcceptError(verdict);
  if (parseKeyId(keyId)?.algorithm !== algorithm.id) {
    throw new CountersignError("ERR_KEY_ID_MALFORMED", "expected a key ID of the algorithm asked for, got another");
  }
  return withExternalSignature(request.document, { userId: object.userId, keyId, value });
}

function cannotSign(): CountersignError {
  return new CountersignError("ERR_ALGORITHM_CANNOT_SIGN", "expected an algorithm that makes signatures");
}

import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { throwIfAborted } from "../../model/abort.js";
import type { SignatureReport } from "../../model/report.js";
import { maxRevocationListBytes, type RevocationList, readRevocationList } from "../../model/revocation-list.js";
import { readSignableDocument, type SignableDocument } from "../../model/signable-document.js";
import type { TrustAnchor } from "../../model/trust-anchor.js";
import { type DocumentFile, readDocumentFile } from "./document-file.js";
import { mergeRevocationLists } from "./merge-revocation-lists.js";
import { type DocumentContext, isSignedBy, maxAheadMs, verifyDocument } from "./verify-document.js";

/**
 * What is wrong with a list that was handed in.
 *
 * - `malformed`: it is no list of revocations, or past 4 MiB
 * - `of-another-anchor`: it says that it is another anchor's
 * - `ahead`: its sequence lies more than a day ahead
 * - `not-signed`: it carries no good signature by the anchor's own key, in the anchor's algorithm
 * - `rolled-back`: a newer one was seen before
 * - `conflicting`: another one of the same sequence was seen before: both count together
 */
export type RevocationListProblem =
  | "malformed"
  | "of-another-anchor"
  | "ahead"
  | "not-signed"
  | "rolled-back"
  | "conflicting";

/** What {@link verifyRevocationList} found. */
export interface RevocationListFinding {
  /** The list that counts: the newest one known, which the anchor signed; absent where there is none. It may be too old. */
  readonly list?: RevocationList;
  /** Why the one that was handed in does not count, or not alone. */
  readonly problem?: RevocationListProblem;
  /** What the signatures on the one handed in are worth. */
  readonly reports: readonly SignatureReport[];
}

/** What a list is verified with. */
export interface VerifyListOptions extends DocumentContext {
  /** The list that counted so far. */
  readonly seen?: RevocationList;
}

/**
 * Verifies a list of revocations against the anchor whose it is to be, and against the one that was seen before.
 *
 * Does not judge its age: past `expiresAt` the anchor's `revocation.mode` says what that means, and what it takes back stays
 * taken back.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID` for a key that is none, `ERR_ABORTED`, `ERR_ALGORITHM_INVALID`,
 *   `ERR_ALGORITHM_DUPLICATE`
 * @see PROTOCOL, "Taking a vouch back: the signer"
 */
export async function verifyRevocationList(
  file: DocumentFile,
  anchor: TrustAnchor,
  options: VerifyListOptions,
): Promise<RevocationListFinding> {
  const { now, seen, signal } = options;
  throwIfAborted(signal);
  const kept = seen ? { list: seen } : {};
  const read = tryRead(file);
  if (!read) return { ...kept, problem: "malformed", reports: [] };
  const { list } = read;
  if (list.anchor !== anchor.id) return { ...kept, problem: "of-another-anchor", reports: [] };
  if (list.sequence > now + maxAheadMs) return { ...kept, problem: "ahead", reports: [] };
  const reports = await verifyDocument(read.document, read.signable, options);
  if (!(await isSignedBy(anchor, reports, now))) return { ...kept, problem: "not-signed", reports };
  return { ...mergeRevocationLists(list, seen), reports };
}

interface ReadList extends SignableDocument {
  readonly document: JsonObject;
  readonly list: RevocationList;
}

function tryRead(file: DocumentFile): ReadList | undefined {
  try {
    const document = readDocumentFile(file, maxRevocationListBytes);
    const { signable, content } = readSignableDocument(document);
    return { document, signable, content, list: readRevocationList(content) };
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

import { compareVersions } from "./merge-trust.js";
import { resolveTrust } from "./resolve-trust.js";
import { type TrustDocument, type TrustStamp, type TrustVersion, writeEntries } from "./trust-document.js";

/**
 * Lets one version of an entry in conflict count alone, its removal too.
 *
 * @param entry as the conflict names it
 * @returns the document itself where there is no such conflict, or no such version in it (any more)
 */
export function settleTrust(
  document: TrustDocument,
  entry: string,
  choice: TrustVersion,
  stamp: TrustStamp,
): TrustDocument {
  const conflict = resolveTrust(document).conflicts.find((one) => one.entry === entry);
  const chosen = conflict?.versions.find((version) => compareVersions(version, choice) === 0);
  return chosen ? writeEntries(document, new Map([[entry, chosen.value]]), stamp) : document;
}

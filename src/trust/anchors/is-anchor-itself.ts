import type { SignatureReport } from "../../model/report.js";
import { authorityName, normalFingerprint } from "./anchor-key.js";
import type { ReadAnchor } from "./read-anchors.js";

/**
 * Whether a report's signer is the anchor itself, in the anchor's algorithm: its own key, or the authority's own certificate.
 *
 * No key below it, and none that the reader gave names to: such a key is somebody's whom the anchor lists. Does not look at the status
 * of the report.
 */
export function isAnchorItself(
  { algorithm, keys }: Pick<ReadAnchor, "algorithm" | "keys">,
  report: SignatureReport,
): boolean {
  const { signer, certificate } = report;
  if (report.algorithm !== algorithm || !signer) return false;
  const fingerprint = normalFingerprint(signer.fingerprint);
  const authority = certificate && authorityName(signer.keyHash, certificate.subject);
  return keys.some((key) =>
    "authority" in key ? key.authority === authority : key.names.length === 0 && key.fingerprint === fingerprint,
  );
}

import type { SignedIdentity } from "../model/identity.js";
import type { SignatureReport } from "../model/report.js";

/**
 * Whether the owner took this verified signature back.
 *
 * Matched against the key and the value that were verified, never against a key ID, so that a copy under another name is
 * taken back too. A withdrawal of a whole key spares what the manifest in which it stands holds itself.
 *
 * @see PROTOCOL, "The owner's manifest"
 */
export function isWithdrawn(report: SignatureReport, identity: SignedIdentity): boolean {
  return identity.withdrawn.some(({ key, value, manifest }) => {
    if (report.signer?.keyHash !== key) return false;
    return value === undefined ? !report.heldBy?.includes(manifest) : value === report.valueHash;
  });
}

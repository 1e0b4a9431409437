import type { Component } from "./certificate.js";
import { isNamedIn, issuerNames } from "./fingerprint.js";
import type { SelfSignature } from "./self-signatures.js";
import { signatureType } from "./signature-packet.js";

/** Fingerprints and key IDs of those whom a primary key lets revoke it: by signatures that nobody has verified yet. */
export function revokersOf(primary: Component): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { type, revokers } of primary.signatures.values()) {
    if (type !== signatureType.directKey) continue;
    for (const name of revokers.flatMap(issuerNames)) names.add(name);
  }
  return names;
}

/**
 * Whether somebody whom the key itself lets revoke it seems to have done so (RFC 9580 §5.2.3.23).
 *
 * Their own certificate is not looked for here, so nobody can tell whether it was them: nothing that the key signs counts
 * until the certificate comes without that revocation.
 */
export function isClaimedRevoked(primary: Component, direct: readonly SelfSignature[]): boolean {
  const revokers = direct.flatMap((entry) => entry.revokers);
  const signatures = [...primary.signatures.values()];
  return signatures.some(
    ({ type, issuers }) => type === signatureType.keyRevocation && revokers.some((name) => isNamedIn(issuers, name)),
  );
}

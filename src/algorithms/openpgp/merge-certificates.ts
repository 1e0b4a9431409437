import { toHex } from "../../encoding/bytes.js";
import { Fault } from "../shared/fault.js";
import type { Certificate, Component } from "./certificate.js";
import { maxMergedBackSignatures, maxOwnSignatures, maxRevocations, maxSubkeys, maxUserIds } from "./limits.js";
import { identityOf, type ParsedSignature, signatureType } from "./signature-packet.js";

/**
 * Both copies of one certificate as one: whatever stands in either counts.
 *
 * @throws Fault `too-large` where the two together are past the bounds
 */
export function mergeCertificates(one: Certificate, other: Certificate): Certificate {
  return withinBounds({
    fingerprint: one.fingerprint,
    primary: mergeComponents(one.primary, other.primary),
    userIds: mergeMaps(one.userIds, other.userIds),
    subkeys: mergeMaps(one.subkeys, other.subkeys),
  });
}

/** Whether `other` holds nothing that `one` does not hold too. */
export function includesCertificate(one: Certificate, other: Certificate): boolean {
  return certificateContents(mergeCertificates(one, other)) === certificateContents(one);
}

/** A text that is the same for two certificates exactly if they hold the same packets. */
export function certificateContents(certificate: Certificate): string {
  const lines = [certificate.primary, ...certificate.userIds.values(), ...certificate.subkeys.values()].map(
    (component) => {
      const signatures = [...component.signatures].map(
        ([identity, { embedded }]) => `${identity}+${embedded.map(toHex).sort().join("+")}`,
      );
      return [toHex(component.body), ...signatures.sort()].join(" ");
    },
  );
  return lines.sort().join("\n");
}

/**
 * A certificate together with revocations of it that came without one.
 *
 * Past {@link maxRevocations} one more is kept and the rest dropped, which {@link hasTooManyRevocations} tells: the true one
 * may be among those.
 */
export function withRevocations(certificate: Certificate, revocations: readonly ParsedSignature[]): Certificate {
  const { body, signatures } = certificate.primary;
  const merged = new Map(signatures);
  let count = countRevocations(certificate);
  for (const signature of revocations) {
    const identity = identityOf(signature);
    if (merged.has(identity)) continue;
    if (++count > maxRevocations + 1) break;
    merged.set(identity, signature);
  }
  return merged.size === signatures.size ? certificate : { ...certificate, primary: { body, signatures: merged } };
}

/** Whether not all revocations of the key that somebody handed in are looked at. */
export function hasTooManyRevocations(certificate: Certificate): boolean {
  return countRevocations(certificate) > maxRevocations;
}

function countRevocations(certificate: Certificate): number {
  let count = 0;
  for (const { type } of certificate.primary.signatures.values()) if (type === signatureType.keyRevocation) count++;
  return count;
}

/** How many signatures a certificate makes on itself. */
export function countOwnSignatures(certificate: Certificate): number {
  let count = certificate.primary.signatures.size;
  for (const component of certificate.userIds.values()) count += component.signatures.size;
  for (const component of certificate.subkeys.values()) count += component.signatures.size;
  return count;
}

/** Adds what a certificate says about one user ID or subkey; what it says nothing about is left out. */
export function addComponent(components: Map<string, Component>, name: string, component: Component): void {
  if (component.signatures.size === 0) return;
  const known = components.get(name);
  components.set(name, known ? mergeComponents(known, component) : component);
}

function mergeMaps(
  one: ReadonlyMap<string, Component>,
  other: ReadonlyMap<string, Component>,
): ReadonlyMap<string, Component> {
  const merged = new Map(one);
  for (const [name, component] of other) addComponent(merged, name, component);
  return merged;
}

function mergeComponents(one: Component, other: Component): Component {
  const signatures = new Map(one.signatures);
  for (const [identity, signature] of other.signatures) addSignature(signatures, identity, signature);
  return { body: one.body, signatures };
}

/** A copy without the back-signature, or with a false one, takes none away: the embedded ones of all copies are kept. */
export function addSignature(
  signatures: Map<string, ParsedSignature>,
  identity: string,
  signature: ParsedSignature,
): void {
  const known = signatures.get(identity);
  if (!known) {
    signatures.set(identity, signature);
    return;
  }
  const texts = new Set(known.embedded.map(toHex));
  const added = signature.embedded.filter((embedded) => !texts.has(toHex(embedded)));
  const embedded = alternate(known.embedded, added).slice(0, maxMergedBackSignatures);
  signatures.set(identity, { ...known, embedded });
}

/** One of each in turn: the first of every copy stay among the first. */
function alternate<T>(one: readonly T[], other: readonly T[]): T[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) => [
    ...one.slice(index, index + 1),
    ...other.slice(index, index + 1),
  ]).flat();
}

/** @throws Fault `too-large` */
export function withinBounds(certificate: Certificate): Certificate {
  const { userIds, subkeys } = certificate;
  if (userIds.size > maxUserIds || subkeys.size > maxSubkeys) throw new Fault("too-large");
  if (countOwnSignatures(certificate) > maxOwnSignatures) throw new Fault("too-large");
  return certificate;
}

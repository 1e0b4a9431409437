import { toHex } from "../../encoding/bytes.js";
import { Fault } from "./fault.js";
import { fingerprintOf, keyIdOfFingerprint } from "./fingerprint.js";
import { maxBackSignatures, maxOwnSignatures, maxSubkeys, maxUserIds } from "./limits.js";
import type { PacketGroup } from "./packet-groups.js";
import { identityOf, type ParsedSignature, tryParseSignature } from "./signature-packet.js";

/** A user ID or a subkey with what the certificate itself signed about it. */
export interface Component {
  readonly body: Uint8Array;
  /** By {@link identityOf}. */
  readonly signatures: ReadonlyMap<string, ParsedSignature>;
}

/**
 * A certificate as it was read, of one or several copies: packets sorted and counted, nothing verified. Signatures that name
 * another issuer are left out.
 */
export interface Certificate {
  /** Upper-case hexadecimal, 40 or 64 digits. */
  readonly fingerprint: string;
  /** The primary key with the signatures directly on it. */
  readonly primary: Component;
  /** By packet body in hexadecimal. */
  readonly userIds: ReadonlyMap<string, Component>;
  /** By fingerprint; those that cannot have one are left out. */
  readonly subkeys: ReadonlyMap<string, Component>;
}

/**
 * Reads the packets of one certificate.
 *
 * @returns `undefined` for a key version without a fingerprint
 * @throws Fault `too-large` past the bounds
 */
export async function readCertificate(group: PacketGroup): Promise<Certificate | undefined> {
  const fingerprint = await fingerprintOf(group.primary.body);
  if (fingerprint === undefined) return undefined;
  const issuers = new Set([fingerprint, keyIdOfFingerprint(fingerprint)]);
  const userIds = new Map<string, Component>();
  for (const packets of group.userIds) addComponent(userIds, toHex(packets.body), ownComponent(packets, issuers));
  const subkeys = new Map<string, Component>();
  for (const packets of group.subkeys) {
    const name = await fingerprintOf(packets.body);
    if (name !== undefined) addComponent(subkeys, name, ownComponent(packets, issuers));
  }
  return withinBounds({ fingerprint, primary: ownComponent(group.primary, issuers), userIds, subkeys });
}

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

/** How many signatures a certificate makes on itself. */
export function countOwnSignatures(certificate: Certificate): number {
  let count = certificate.primary.signatures.size;
  for (const component of certificate.userIds.values()) count += component.signatures.size;
  for (const component of certificate.subkeys.values()) count += component.signatures.size;
  return count;
}

/** Only what claims to be of the certificate itself: flooding with other people's certifications costs nothing further. */
function ownComponent(
  packets: { readonly body: Uint8Array; readonly signatures: readonly Uint8Array[] },
  issuers: ReadonlySet<string>,
): Component {
  const signatures = new Map<string, ParsedSignature>();
  for (const body of packets.signatures) {
    const parsed = tryParseSignature(body);
    if (!parsed) continue;
    if (parsed.issuers.length > 0 && !parsed.issuers.some((issuer) => issuers.has(issuer))) continue;
    addSignature(signatures, identityOf(parsed), parsed);
  }
  return { body: packets.body.slice(), signatures };
}

function addComponent(components: Map<string, Component>, name: string, component: Component): void {
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
function addSignature(signatures: Map<string, ParsedSignature>, identity: string, signature: ParsedSignature): void {
  const known = signatures.get(identity);
  if (!known) {
    signatures.set(identity, signature);
    return;
  }
  const texts = new Set(known.embedded.map(toHex));
  const added = signature.embedded.filter((embedded) => !texts.has(toHex(embedded)));
  const embedded = [...known.embedded, ...added].slice(0, maxBackSignatures);
  signatures.set(identity, { ...known, embedded });
}

function withinBounds(certificate: Certificate): Certificate {
  const { userIds, subkeys } = certificate;
  if (userIds.size > maxUserIds || subkeys.size > maxSubkeys) throw new Fault("too-large");
  if (countOwnSignatures(certificate) > maxOwnSignatures) throw new Fault("too-large");
  return certificate;
}

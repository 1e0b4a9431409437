import { toHex } from "../../encoding/bytes.js";
import { revokersOf } from "./designated-revokers.js";
import { fingerprintOf, issuerNames } from "./fingerprint.js";
import { maxBackSignatures, maxRevocations } from "./limits.js";
import { addComponent, addSignature, withinBounds } from "./merge-certificates.js";
import type { PacketGroup, SignedPacket } from "./packet-groups.js";
import { identityOf, type ParsedSignature, signatureType, tryParseSignature } from "./signature-packet.js";

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
  const issuers = issuersOf(fingerprint);
  const userIds = new Map<string, Component>();
  for (const packets of group.userIds) addComponent(userIds, toHex(packets.body), ownComponent(packets, issuers));
  const subkeys = new Map<string, Component>();
  for (const packets of group.subkeys) {
    const name = await fingerprintOf(packets.body);
    if (name !== undefined) addComponent(subkeys, name, bindingsOf(ownComponent(packets, issuers), name));
  }
  return withinBounds({ fingerprint, primary: primaryComponent(group.primary, issuers), userIds, subkeys });
}

/**
 * The revocations of keys among the packets of one certificate, by its own word and by others': theirs may be meant for
 * another certificate that stands before it.
 */
export async function readRevocations(
  group: PacketGroup,
): Promise<{ fingerprint: string | undefined; own: ParsedSignature[]; strays: ParsedSignature[] }> {
  const fingerprint = await fingerprintOf(group.primary.body);
  const issuers = fingerprint === undefined ? new Set<string>() : issuersOf(fingerprint);
  const [own, strays]: ParsedSignature[][] = [[], []];
  for (const signature of keyRevocations(group.primary.signatures)) {
    const isOwn = signature.issuers.length === 0 || signature.issuers.some((issuer) => issuers.has(issuer));
    (isOwn ? own : strays)?.push(signature);
  }
  return { fingerprint, own: own ?? [], strays: strays ?? [] };
}

/** The revocations of keys among the bodies of signatures. */
export function keyRevocations(bodies: readonly Uint8Array[]): ParsedSignature[] {
  return bodies.flatMap((body) => {
    const signature = body[1] === signatureType.keyRevocation ? tryParseSignature(body) : undefined;
    return signature ? [signature] : [];
  });
}

/** With the revocations that claim to be by somebody whom the key itself says may revoke it. */
function primaryComponent(packets: SignedPacket, issuers: ReadonlySet<string>): Component {
  const own = ownComponent(packets, issuers);
  const revokers = revokersOf(own);
  if (revokers.size === 0) return own;
  const theirs = keyRevocations(packets.signatures).filter(({ issuers }) => issuers.some((name) => revokers.has(name)));
  const signatures = new Map(own.signatures);
  for (const signature of theirs.slice(0, maxRevocations + 1)) signatures.set(identityOf(signature), signature);
  return { body: own.body, signatures };
}

/** Only what claims to be of the certificate itself: flooding with other people's certifications costs nothing further. */
function ownComponent(packets: SignedPacket, issuers: ReadonlySet<string>): Component {
  const signatures = new Map<string, ParsedSignature>();
  for (const body of packets.signatures) {
    const parsed = tryParseSignature(body);
    if (!parsed) continue;
    if (parsed.issuers.length > 0 && !parsed.issuers.some((issuer) => issuers.has(issuer))) continue;
    addSignature(signatures, identityOf(parsed), parsed);
  }
  return { body: packets.body.slice(), signatures };
}

/** Only what may be the subkey's back-signature counts towards the few that are looked at: anybody can embed junk. */
function bindingsOf({ body, signatures }: Component, subkey: string): Component {
  const issuers = issuersOf(subkey);
  const mayBeBackSignature = (embedded: Uint8Array): boolean => {
    const parsed = tryParseSignature(embedded);
    if (parsed?.type !== signatureType.primaryKeyBinding) return false;
    if (parsed.version !== body[0] || parsed.keyAlgorithm !== body[5]) return false;
    return parsed.issuers.length === 0 || parsed.issuers.some((issuer) => issuers.has(issuer));
  };
  const bindings = new Map<string, ParsedSignature>();
  for (const [identity, signature] of signatures) {
    const embedded = signature.embedded.filter(mayBeBackSignature).slice(0, maxBackSignatures);
    bindings.set(identity, { ...signature, embedded });
  }
  return { body, signatures: bindings };
}

/** What a signature of this certificate calls its issuer. */
function issuersOf(fingerprint: string): ReadonlySet<string> {
  return new Set(issuerNames(fingerprint));
}

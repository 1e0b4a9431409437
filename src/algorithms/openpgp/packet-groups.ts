import { Fault } from "../shared/fault.js";
import { maxCertificatePackets } from "./limits.js";
import { type Packet, packetTag, readPackets } from "./packets.js";
import { signatureType } from "./signature-packet.js";

/** A key or user ID packet and the bodies of the signature packets behind it. */
export interface SignedPacket {
  readonly body: Uint8Array;
  readonly signatures: Uint8Array[];
}

/** The packets of one certificate, in their order. */
export interface PacketGroup {
  readonly primary: SignedPacket;
  readonly userIds: SignedPacket[];
  readonly subkeys: SignedPacket[];
}

/**
 * Splits a keyring into its certificates, so that each is read alone and one of an unknown kind spoils no other.
 *
 * Signatures on user attributes (photographs) and on packets of unknown types are left out. A revocation of a key belongs to
 * the primary key wherever it stands: `cat` puts it behind the last user ID or subkey, and whom it revokes is its issuer's
 * word, which is verified.
 *
 * @returns the certificates and, apart, the bodies of signatures before the first one (a revocation certificate)
 * @throws Fault `malformed`, `too-large`
 */
export function groupPackets(
  bytes: Uint8Array,
  maxPackets: number = maxCertificatePackets,
): { certificates: PacketGroup[]; loose: Uint8Array[] } {
  const certificates: PacketGroup[] = [];
  const loose: Uint8Array[] = [];
  let signatures = loose;
  for (const packet of readPackets(bytes, maxPackets)) {
    const body = requireBody(packet);
    const certificate = certificates.at(-1);
    if (packet.tag === packetTag.signature) {
      const isRevocation = body[1] === signatureType.keyRevocation;
      (isRevocation && certificate ? certificate.primary.signatures : signatures).push(body);
    } else if (packet.tag === packetTag.publicKey) {
      signatures = [];
      certificates.push({ primary: { body, signatures }, userIds: [], subkeys: [] });
    } else if (!certificate) {
      throw new Fault("malformed");
    } else {
      signatures = [];
      if (packet.tag === packetTag.userId) certificate.userIds.push({ body, signatures });
      if (packet.tag === packetTag.publicSubkey) certificate.subkeys.push({ body, signatures });
    }
  }
  return { certificates, loose };
}

/** Whether `bytes` hold a private key anywhere: it is never read further. */
export function holdsPrivateKey(bytes: Uint8Array): boolean {
  try {
    for (const packet of readPackets(bytes, Number.POSITIVE_INFINITY)) if (isSecret(packet.tag)) return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
  return false;
}

function requireBody(packet: Packet): Uint8Array {
  if (isSecret(packet.tag) || packet.body === undefined) throw new Fault("malformed");
  return packet.body;
}

function isSecret(tag: number): boolean {
  return tag === packetTag.secretKey || tag === packetTag.secretSubkey;
}

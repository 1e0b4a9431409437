import { openpgp } from "matrix-countersign/openpgp";
import type { ConformanceSubject, SignatureTimes } from "matrix-countersign/testing";
import * as library from "openpgp";

const dayMs = 86_400_000;

/**
 * OpenPGP for the conformance suite; in browsers and in Node.
 *
 * @param kind the keys, as `generateKey` of openpgp takes it
 * @param unhashed what stands in each signature beside what is signed, as GnuPG and others write something there
 */
export function openpgpSubject(
  kind: object,
  unhashed: readonly library.RawSubpacket[] = [],
): ConformanceSubject<library.PrivateKey> {
  const sign = async (key: library.PrivateKey, { bytes }: { bytes: Uint8Array }, times: SignatureTimes) =>
    unpaddedBase64(await detachedSignature(key, bytes, times, unhashed));
  return {
    signers: () => Promise.all([generate(kind), generate(kind)]),
    create: (signers) => openpgp(signers.length > 0 ? { keys: signers.map((key) => key.toPublic().armor()) } : {}),
    keyOf: (key) => key.getFingerprint().toUpperCase(),
    sign,
    toolOutput: async (...input) => armored(await sign(...input)),
    otherForms: (value) => [armored(String(value))],
    tells: ["created", "expires"],
    hasUnsignedParts: unhashed.length > 0,
  };
}

async function generate(kind: object): Promise<library.PrivateKey> {
  const userIDs = [{ name: "Example Ltd", email: "trust@example.org" }];
  const date = new Date(Date.now() - 2 * dayMs);
  const generateKey = library.generateKey as unknown as (
    options: object,
  ) => Promise<{ privateKey: library.PrivateKey }>;
  return (await generateKey({ ...kind, userIDs, date, format: "object" })).privateKey;
}

/** By packets, since `sign` of openpgp makes no signature that ends. */
async function detachedSignature(
  key: library.PrivateKey,
  bytes: Uint8Array,
  { createdMs, expiresMs }: SignatureTimes,
  unhashed: readonly library.RawSubpacket[],
): Promise<Uint8Array> {
  const { keyPacket } = await key.getSigningKey();
  const [literal] = (await library.createMessage({ binary: bytes })).packets;
  const createdSeconds = Math.floor(createdMs / 1000);
  const packet = Object.assign(new library.SignaturePacket(), {
    signatureType: library.enums.signature.binary,
    publicKeyAlgorithm: keyPacket.algorithm,
    hashAlgorithm: library.enums.hash.sha512,
    ...(expiresMs !== undefined && {
      signatureNeverExpires: false,
      signatureExpirationTime: Math.floor(expiresMs / 1000) - createdSeconds,
    }),
  });
  const sign = packet.sign.bind(packet) as unknown as (...input: unknown[]) => Promise<void>;
  await sign(keyPacket, literal, new Date(createdSeconds * 1000), true, library.config);
  packet.unhashedSubpackets.push(...unhashed);
  const packets = new library.PacketList();
  packets.push(packet);
  return packets.write();
}

function unpaddedBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

function armored(base64: string): string {
  const padded = base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
  const lines = padded.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PGP SIGNATURE-----", "", ...lines, "-----END PGP SIGNATURE-----", ""].join("\n");
}

import { callConfig, type OpenPgpLibrary, type SignaturePacket } from "./library.js";
import { isSlow, type PublicKey } from "./public-key.js";
import { type ParsedSignature, signatureType } from "./signature-packet.js";
import { isDigestTooShort } from "./strength.js";

/** Whether the mathematics of a signature is right; `unsupported` where this runtime cannot compute it. */
export type Outcome = "right" | "wrong" | "unsupported";

/** What a signature covers, in the form that openpgp hashes. */
export type SignedData =
  | { readonly text: null; getBytes(): Uint8Array }
  | { readonly key: object; readonly bind?: object; readonly userID?: { write(): Uint8Array } };

/**
 * Computes one signature with openpgp.
 *
 * Checks the mathematics alone: no time, no digest's strength, no criticality, no usage. openpgp gets the signature without
 * its unhashed area and without a date, so it decides nothing else; each call reads the packet anew, since openpgp keeps a
 * positive answer on its packets.
 *
 * @throws whatever openpgp fails with where that is not the signature's fault: it may pass, so nobody may remember it
 */
export async function checkSignature(
  library: OpenPgpLibrary,
  signature: ParsedSignature,
  key: PublicKey,
  data: SignedData,
): Promise<Outcome> {
  if (signature.version !== key.version || signature.keyAlgorithm !== key.packet.algorithm) return "wrong";
  const config = callConfig(library);
  if (lacksSlowCurves(config) && isSlow(key)) return "unsupported";
  const packet = readPacket(library, signature, config);
  if (!packet) return "wrong";
  packet.issuerKeyID = key.packet.getKeyID();
  packet.unknownSubpackets = [];
  packet.rawNotations = [];
  packet.revocationKeyClass = null;
  const layout = layoutOf(signature, data);
  try {
    if (isRevocation(signature) && isDigestTooShort(signature.hashAlgorithm, key.packet.algorithm)) {
      // openpgp refuses to verify EdDSA over a short digest; what only takes away counts all the same, so the digest is
      // computed first and passed on as what it is: the bytes that EdDSA signed.
      packet.hashed = Promise.resolve(await packet.hash(layout, data, undefined, true));
      packet.hashAlgorithm = sha512;
    }
    await packet.verify(key.packet, layout, data, null, true, config);
    return "right";
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The bytes of a document, for types 0x00 and 0x01. */
export function documentData(bytes: Uint8Array): SignedData {
  return { text: null, getBytes: () => bytes };
}

const sha512 = 10;

/**
 * What openpgp 6 says where the signature or the key is at fault and the next time will be no better. Its errors have no
 * codes; whatever it may say in another version is taken for a failure that passes, which convinces nobody.
 */
const lastingFaults: ReadonlySet<string> = new Set([
  "Signature verification failed",
  "Signed digest did not match",
  "Signature salt does not have the expected length",
  "Input array too long",
  "Signature size cannot exceed modulus size",
  "Invalid point encoding",
  "Unsupported hash",
  "Unsupported hash function",
  "Hash algorithm too weak for EdDSA.",
]);

function outcomeOf(error: unknown): Outcome {
  if (isMissingCurve(error)) return "unsupported";
  // WebCrypto's word for key data that is no key.
  const isFault = error instanceof Error && (lastingFaults.has(error.message) || error.name === "DataError");
  if (isFault) return "wrong";
  throw error;
}

/** Nothing but the signature's own bytes can make this fail. */
function readPacket(library: OpenPgpLibrary, signature: ParsedSignature, config: object): SignaturePacket | undefined {
  const packet = new library.SignaturePacket();
  try {
    packet.read(signature.body, config);
    return packet;
  } catch {
    return undefined;
  }
}

function isRevocation({ type }: ParsedSignature): boolean {
  return (
    type === signatureType.keyRevocation ||
    type === signatureType.subkeyRevocation ||
    type === signatureType.certificationRevocation
  );
}

/** A revocation of a direct-key signature covers what that does (RFC 9580 §5.2.1.16); openpgp knows it of user IDs alone. */
function layoutOf({ type }: ParsedSignature, data: SignedData): number {
  const isOfDirectKey = type === signatureType.certificationRevocation && "key" in data && !data.userID;
  return isOfDirectKey ? signatureType.directKey : type;
}

/** In Node, openpgp hands Brainpool curves and secp256k1 to a package that it does not bring along. */
function isMissingCurve(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
}

/** openpgp's lightweight build has no curves beyond those of WebCrypto. */
function lacksSlowCurves(config: object): boolean {
  return "useEllipticFallback" in config && config.useEllipticFallback === false;
}

import { callConfig, type OpenPgpLibrary } from "./library.js";
import { isSlow, type PublicKey } from "./public-key.js";
import type { ParsedSignature } from "./signature-packet.js";

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
  const packet = new library.SignaturePacket();
  try {
    packet.read(signature.body, config);
    packet.issuerKeyID = key.packet.getKeyID();
    packet.unknownSubpackets = [];
    packet.rawNotations = [];
    packet.revocationKeyClass = null;
    await packet.verify(key.packet, signature.type, data, null, true, config);
    return "right";
  } catch (error) {
    return isMissingCurve(error) ? "unsupported" : "wrong";
  }
}

/** The bytes of a document, for types 0x00 and 0x01. */
export function documentData(bytes: Uint8Array): SignedData {
  return { text: null, getBytes: () => bytes };
}

/** In Node, openpgp hands Brainpool curves and secp256k1 to a package that it does not bring along. */
function isMissingCurve(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
}

/** openpgp's lightweight build has no curves beyond those of WebCrypto. */
function lacksSlowCurves(config: object): boolean {
  return "useEllipticFallback" in config && config.useEllipticFallback === false;
}

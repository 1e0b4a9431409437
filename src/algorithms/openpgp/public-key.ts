import type { ReportCode } from "../../model/report.js";
import { rsaFault } from "../shared/rsa-fault.js";
import { keyCreatedMs } from "./fingerprint.js";
import { keyHashOf } from "./key-hash.js";
import { callConfig, type KeyPacket, type OpenPgpLibrary } from "./library.js";
import { isDegenerate } from "./small-order.js";
import { keyAlgorithm, keyAlgorithmFault } from "./strength.js";

/** The packet of a primary key or subkey, read and looked at on its own. */
export interface PublicKey {
  /** Upper-case hexadecimal. */
  readonly fingerprint: string;
  readonly version: number;
  readonly createdMs: number;
  readonly packet: KeyPacket;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly keyHash: string;
}

const maxKeyBodyLength = 8 * 1024;
const maxFastModulusBytes = 512;
const nistCurves: ReadonlySet<string> = new Set(["42,134,72,206,61,3,1,7", "43,129,4,0,34", "43,129,4,0,35"]);

/** The key, or the code of the verdict on everything that it signs. */
export async function readPublicKey(
  library: OpenPgpLibrary,
  body: Uint8Array,
  fingerprint: string,
): Promise<PublicKey | ReportCode> {
  const version = body[0] ?? 0;
  if (version !== 4 && version !== 6) return "unsupported-key";
  const fault = keyAlgorithmFault(body[5] ?? 0);
  if (fault !== undefined) return fault;
  if (body.length > maxKeyBodyLength) return "unsupported-key";
  const packet = new library.PublicKeyPacket();
  try {
    await packet.read(body, callConfig(library));
  } catch {
    return "unsupported-key";
  }
  // openpgp hashes what it writes, not what it read: a key with stray bytes would have two names.
  if (packet.getFingerprint().toUpperCase() !== fingerprint) return "unsupported-key";
  const { n, e } = packet.publicParams;
  const weakness = n && e ? rsaFault(n, e) : undefined;
  if (weakness !== undefined) return weakness;
  if (isDegenerate(packet)) return "weak-algorithm";
  const keyHash = await keyHashOf(packet);
  if (keyHash === undefined) return "unsupported-key";
  return { fingerprint, version, createdMs: keyCreatedMs(body), packet, keyHash };
}

/** Whether one signature costs much: very long RSA keys, and what openpgp computes in JavaScript. */
export function isSlow(key: PublicKey): boolean {
  const { algorithm, publicParams } = key.packet;
  if ((publicParams.n?.length ?? 0) > maxFastModulusBytes) return true;
  if (algorithm === keyAlgorithm.ed448) return true;
  return algorithm === keyAlgorithm.ecdsa && !nistCurves.has(Array.from(publicParams.oid?.oid ?? []).join());
}

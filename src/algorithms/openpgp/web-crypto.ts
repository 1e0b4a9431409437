import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { subjectPublicKeyInfo } from "./key-hash.js";
import type { PublicKey } from "./public-key.js";
import { type ParsedSignature, signatureType } from "./signature-packet.js";
import { keyAlgorithm } from "./strength.js";

const hashNames: ReadonlyMap<number, string> = new Map([
  [8, "SHA-256"],
  [9, "SHA-384"],
  [10, "SHA-512"],
]);

const curves: ReadonlyMap<string, { readonly name: string; readonly octets: number }> = new Map([
  ["42,134,72,206,61,3,1,7", { name: "P-256", octets: 32 }],
  ["43,129,4,0,34", { name: "P-384", octets: 48 }],
  ["43,129,4,0,35", { name: "P-521", octets: 66 }],
]);

/** A key that WebCrypto has taken in, with what is needed to read signatures for it. */
interface ReadyKey {
  readonly key: CryptoKey;
  readonly algorithm: AlgorithmIdentifier | EcdsaParams;
  /** Length of each number of the signature, and how many there are. */
  readonly octets: number;
  readonly numbers: number;
  readonly isEdDsa: boolean;
}

/**
 * Whether WebCrypto finds a version 4 signature on a binary document right.
 *
 * For the common case: openpgp takes the public key in anew for each signature, here it is taken in once. Only "right" is an
 * answer; for anything else, what WebCrypto does not know included, ask openpgp.
 */
export async function isRightByWebCrypto(
  signature: ParsedSignature,
  key: PublicKey,
  document: Uint8Array,
): Promise<boolean> {
  const hashName = hashNames.get(signature.hashAlgorithm);
  const isCommon = signature.version === 4 && key.version === 4 && signature.type === signatureType.binary;
  if (!hashName || !isCommon || signature.keyAlgorithm !== key.packet.algorithm) return false;
  try {
    const ready = await readyKey(key, hashName);
    const parts = ready && takeApart(signature.body, ready);
    if (!parts) return false;
    const data = concatBytes(document, parts.signed, trailer(parts.signed.length));
    const digest = new Uint8Array(await crypto.subtle.digest(hashName, data));
    if (digest[0] !== parts.prefix[0] || digest[1] !== parts.prefix[1]) return false;
    const { algorithm, isEdDsa } = ready;
    return await crypto.subtle.verify(algorithm, ready.key, parts.value, isEdDsa ? digest : data);
  } catch {
    return false;
  }
}

const imports = new WeakMap<PublicKey, Map<string, Promise<ReadyKey | undefined>>>();

function readyKey(key: PublicKey, hashName: string): Promise<ReadyKey | undefined> {
  const known = imports.get(key) ?? new Map<string, Promise<ReadyKey | undefined>>();
  imports.set(key, known);
  const ready = known.get(hashName) ?? importKey(key, hashName);
  known.set(hashName, ready);
  return ready;
}

async function importKey({ packet }: PublicKey, hash: string): Promise<ReadyKey | undefined> {
  const info = subjectPublicKeyInfo(packet);
  if (!info) return undefined;
  const take = (algorithm: AlgorithmIdentifier | RsaHashedImportParams | EcKeyImportParams): Promise<CryptoKey> =>
    crypto.subtle.importKey("spki", info, algorithm, false, ["verify"]);
  const { n, oid } = packet.publicParams;
  switch (packet.algorithm) {
    case keyAlgorithm.rsa:
    case keyAlgorithm.rsaSign: {
      const name = "RSASSA-PKCS1-v1_5";
      return { key: await take({ name, hash }), algorithm: name, octets: n?.length ?? 0, numbers: 1, isEdDsa: false };
    }
    case keyAlgorithm.ecdsa: {
      const curve = curves.get(Array.from(oid?.oid ?? []).join());
      if (!curve) return undefined;
      const key = await take({ name: "ECDSA", namedCurve: curve.name });
      return { key, algorithm: { name: "ECDSA", hash }, octets: curve.octets, numbers: 2, isEdDsa: false };
    }
    case keyAlgorithm.eddsaLegacy:
      return { key: await take("Ed25519"), algorithm: "Ed25519", octets: 32, numbers: 2, isEdDsa: true };
    case keyAlgorithm.ed25519:
      return { key: await take("Ed25519"), algorithm: "Ed25519", octets: 64, numbers: 0, isEdDsa: true };
    default:
      return undefined;
  }
}

interface Parts {
  /** What is hashed of the packet (RFC 9580 §5.2.4). */
  readonly signed: Uint8Array;
  /** The first two octets of the digest. */
  readonly prefix: Uint8Array;
  /** The signature in WebCrypto's form: numbers of fixed length, one after the other. */
  readonly value: Bytes;
}

/** The parts of a version 4 packet body whose unhashed area is empty. */
function takeApart(body: Uint8Array, { octets, numbers }: ReadyKey): Parts | undefined {
  const end = 6 + (((body[4] ?? 0) << 8) | (body[5] ?? 0));
  const rest = body.subarray(end + 4);
  const value = numbers === 0 ? concatBytes(rest) : readNumbers(rest, octets, numbers);
  if (value?.length !== octets * Math.max(numbers, 1)) return undefined;
  return { signed: body.subarray(0, end), prefix: body.subarray(end + 2, end + 4), value };
}

/** Multiprecision integers (RFC 9580 §3.2), each brought to `octets`; nothing may follow them. */
function readNumbers(bytes: Uint8Array, octets: number, count: number): Bytes | undefined {
  const value = new Uint8Array(octets * count);
  let offset = 0;
  for (let index = 0; index < count; index++) {
    const bits = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
    const number = bytes.subarray(offset + 2, offset + 2 + ((bits + 7) >> 3));
    // A length that says anything else than the number does is openpgp's to judge.
    const isExact = number.length === (bits + 7) >> 3 && Math.clz32(number[0] ?? 0) - 24 === (8 - (bits % 8)) % 8;
    if (!isExact || number.length > octets) return undefined;
    value.set(number, octets * (index + 1) - number.length);
    offset += 2 + number.length;
  }
  return offset === bytes.length ? value : undefined;
}

function trailer(length: number): Bytes {
  const bytes = new Uint8Array([0x04, 0xff, 0, 0, 0, 0]);
  new DataView(bytes.buffer).setUint32(2, length);
  return bytes;
}

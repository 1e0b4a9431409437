import { AcceptError, CountersignError, type SignatureAlgorithm, type Signer } from "matrix-countersign";

const id = "org.example.stamp";

/** A third party's algorithm, as small as one can be: raw Ed25519, key ID = public key, value = signature, both base64. */
export function stampAlgorithm(
  options: { readonly cacheContext?: string; readonly hashes?: boolean } = {},
): SignatureAlgorithm & { asked: number } {
  const algorithm: SignatureAlgorithm & { asked: number } = {
    id,
    asked: 0,
    async verify({ object, key = "", value, signal }) {
      algorithm.asked += 1;
      signal?.throwIfAborted();
      const [keyBytes, signature] = [fromBase64(key, 32), fromBase64(value, 64)];
      if (!keyBytes || !signature) return { status: "invalid", code: "malformed" };
      if (!(await isRight(keyBytes, signature, object.bytes))) return { status: "invalid", code: "bad-signature" };
      const keyHash = options.hashes ? await sha256Hex(keyBytes) : "a".repeat(64);
      const signer = { fingerprint: key, keyHash, names: [] };
      const valueHash = options.hashes ? { valueHash: await sha256Hex(signature) } : {};
      return { status: "valid", code: "valid", signer, ...valueHash };
    },
    async accept({ output, ...input }) {
      const text = typeof output === "string" ? output : new TextDecoder().decode(output);
      const [key = "", value, ...others] = text.split(" ");
      if (value === undefined || others.length > 0) {
        throw new CountersignError("ERR_ACCEPT_MALFORMED", "expected a key and a signature");
      }
      const verdict = await algorithm.verify({ ...input, key, value });
      if (verdict.status !== "valid") throw new AcceptError(verdict);
      return { keyId: `custom:${id}:${key}`, value, verdict };
    },
    ...(options.cacheContext !== undefined && { cacheContext: async () => options.cacheContext }),
  };
  return algorithm;
}

/** A fresh key for {@link stampAlgorithm}; `fingerprint` is what an anchor names. */
export async function stampSigner(): Promise<Signer & { readonly fingerprint: string }> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  const fingerprint = toBase64(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    algorithm: id,
    fingerprint,
    sign: async (bytes) => `${fingerprint} ${toBase64(await crypto.subtle.sign("Ed25519", pair.privateKey, bytes))}`,
  };
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function isRight(
  key: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const publicKey = await crypto.subtle.importKey("raw", key, "Ed25519", true, ["verify"]);
    return await crypto.subtle.verify("Ed25519", publicKey, signature, bytes);
  } catch {
    return false;
  }
}

/** So many bytes, if `text` is the one unpadded spelling of so many. */
function fromBase64(text: unknown, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]{1,100}$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return bytes.length === length && toBase64(bytes.buffer) === text ? bytes : undefined;
}

function toBase64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/=+$/, "");
}

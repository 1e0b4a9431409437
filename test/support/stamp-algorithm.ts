import type { SignatureAlgorithm, Signer } from "matrix-countersign";

const id = "org.example.stamp";

/** A third party's algorithm, as small as one can be: raw Ed25519, key ID = public key, value = signature, both base64. */
export function stampAlgorithm(
  options: { readonly cacheContext?: string; readonly hashes?: boolean } = {},
): SignatureAlgorithm & { asked: number } {
  const algorithm: SignatureAlgorithm & { asked: number } = {
    id,
    asked: 0,
    async verify({ object, key = "", value }) {
      algorithm.asked += 1;
      if (typeof value !== "string") return { status: "invalid", code: "malformed" };
      const publicKey = await crypto.subtle.importKey("raw", fromBase64(key), "Ed25519", true, ["verify"]);
      if (!(await crypto.subtle.verify("Ed25519", publicKey, fromBase64(value), object.bytes))) {
        return { status: "invalid", code: "bad-signature" };
      }
      const keyHash = options.hashes ? await sha256Hex(fromBase64(key)) : "a".repeat(64);
      const signer = { fingerprint: key, keyHash, names: [] };
      const valueHash = options.hashes ? { valueHash: await sha256Hex(fromBase64(value)) } : {};
      return { status: "valid", code: "valid", signer, ...valueHash };
    },
    async accept({ object, output, now }) {
      const [key = "", value = ""] = String(output).split(" ");
      return { keyId: `custom:${id}:${key}`, value, verdict: await algorithm.verify({ object, key, value, now }) };
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

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function toBase64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/=+$/, "");
}

import { AcceptError, type SignatureAlgorithm, type SignatureValue } from "matrix-countersign";

const id = "org.example.custom";

/** MSC2961's second example: no key in the key ID, an object as the value, an expiry that is signed behind the object's bytes. */
export function customAlgorithm(publicKeys: readonly CryptoKey[]): SignatureAlgorithm {
  const verify: SignatureAlgorithm["verify"] = async ({ object, key, value, now, signal }) => {
    signal?.throwIfAborted();
    const read = key === undefined ? readValue(value) : undefined;
    if (!read) return { status: "invalid", code: "malformed" };
    const { signature, expiracy, expiresAt } = read;
    for (const publicKey of publicKeys) {
      if (!(await crypto.subtle.verify("Ed25519", publicKey, signature, signedWith(object.bytes, expiracy)))) continue;
      const keyHash = await hashOf(publicKey);
      const signer = { fingerprint: keyHash, keyHash, names: [] };
      const evidence = { signer, expiresAt, validUntil: expiresAt, valueHash: await sha256(signature) };
      if (now >= expiresAt) return { status: "indeterminate", code: "expired", ...evidence };
      return { status: "valid", code: "valid", ...evidence };
    }
    return { status: "invalid", code: "bad-signature" };
  };
  const accept: SignatureAlgorithm["accept"] = async ({ output, ...input }) => {
    const text = typeof output === "string" ? output : new TextDecoder().decode(output);
    const value: SignatureValue = await new Response(text).json().catch(() => ({}));
    const verdict = await verify({ ...input, value });
    if (verdict.status !== "valid") throw new AcceptError(verdict);
    return { keyId: `custom:${id}`, value, verdict };
  };
  // Verdicts are remembered under this text: it changes with the keys, and with every change of the rules above.
  return { id, verify, accept, cacheContext: async () => `1 ${(await Promise.all(publicKeys.map(hashOf))).join(" ")}` };
}

/** What `accept` reads: a signature that counts up to the end of the day `expiracy` in UTC, written as `2021-10-15`. */
export async function signCustom(privateKey: CryptoKey, bytes: Uint8Array, expiracy: string): Promise<string> {
  const signature = await crypto.subtle.sign("Ed25519", privateKey, signedWith(bytes, expiracy));
  return JSON.stringify({ signature: btoa(String.fromCharCode(...new Uint8Array(signature))).slice(0, 86), expiracy });
}

/** Exactly two members, each in its only spelling: whatever else stood there would be covered by no signature. */
function readValue(value: SignatureValue) {
  const { signature: base64, expiracy, ...others } = typeof value === "object" ? { ...value } : {};
  if (typeof base64 !== "string" || typeof expiracy !== "string" || Object.keys(others).length > 0) return undefined;
  if (!/^[A-Za-z0-9+/]{85}[AQgw]$/.test(base64) || !/^2\d{3}-\d\d-\d\d$/.test(expiracy)) return undefined;
  const expiresAt = Date.parse(`${expiracy}T00:00:00Z`) + 86_400_000;
  const signature = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return Number.isNaN(expiresAt) ? undefined : { signature, expiracy, expiresAt };
}

const signedWith = (bytes: Uint8Array, text: string) => new Uint8Array([...bytes, ...new TextEncoder().encode(text)]);
const hashOf = async (key: CryptoKey): Promise<string> => sha256(await crypto.subtle.exportKey("spki", key));
const sha256 = async (data: BufferSource): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", data))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

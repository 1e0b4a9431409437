import { createPublicKey, verify } from "node:crypto";
import { canonicalJson, type JsonObject, objectAt, stringAt, without } from "./json.js";

/**
 * Whether the object carries a good Ed25519 signature by that user's key. Does not check what the object is, nor
 * that the key belongs to the user.
 */
export function hasValidSignature(object: JsonObject, signer: string, keyId: string, publicKey: string): boolean {
  const signature = stringAt(objectAt(objectAt(object, "signatures"), signer), keyId);
  if (signature === undefined) return false;
  const signatureBytes = Buffer.from(signature, "base64");
  const keyBytes = Buffer.from(publicKey, "base64");
  if (signatureBytes.length !== 64 || keyBytes.length !== 32) return false;
  try {
    const bytes = Buffer.from(canonicalJson(without(object, "signatures", "unsigned")));
    const jwk = { kty: "OKP", crv: "Ed25519", x: keyBytes.toString("base64url") };
    return verify(null, bytes, createPublicKey({ key: jwk, format: "jwk" }), signatureBytes);
  } catch {
    // No canonical form, or no point on the curve: there is nothing that the signature could be good for.
    return false;
  }
}

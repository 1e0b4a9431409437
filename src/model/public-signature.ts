import type { JsonObject } from "../encoding/json-object.js";
import { signerEntry } from "./external-signature.js";

/**
 * A signature on a master key in Matrix's own form, by another user: what MSC2882 calls a public one if the key that made it is
 * the signer's `public-user` key.
 */
export interface PublicSignature {
  /** User ID. */
  readonly signer: string;
  /** The key that it names, in unpadded base64 if it is any. */
  readonly publicKey: string;
  readonly value: string;
}

/** Nobody has more keys; a server that lists others to hide one could as well leave it out. */
const maxOfOneSigner = 16;
const maxChars = 128;
const prefix = "ed25519:";

/**
 * What these users signed of `object` in Matrix's own form. Verifies nothing, and does not look what the keys are.
 *
 * @param object as a server serves it: hostile until proven otherwise
 * @returns at most 16 of one signer
 */
export function publicSignatures(object: JsonObject, signers: Iterable<string>): PublicSignature[] {
  return [...signers].flatMap((signer) =>
    Object.entries(signerEntry(object, signer))
      .flatMap(([name, value]) => {
        const isRead = name.startsWith(prefix) && typeof value === "string" && value.length <= maxChars;
        return isRead ? [{ signer, publicKey: name.slice(prefix.length), value }] : [];
      })
      .slice(0, maxOfOneSigner),
  );
}

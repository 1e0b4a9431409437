import type { SignatureAlgorithm } from "../algorithm.js";
import { acceptOutput } from "./accept.js";
import { algorithmId } from "./identifier.js";
import { verifyStatement } from "./verify.js";

/** The algorithm `org.ietf.ed25519`. */
export interface Ed25519Algorithm extends SignatureAlgorithm {
  /** `org.ietf.ed25519`. */
  readonly id: typeof algorithmId;
  /** Judges one signature (PROTOCOL, org.ietf.ed25519). Throws `ERR_ABORTED` alone. */
  verify: SignatureAlgorithm["verify"];
  accept: NonNullable<SignatureAlgorithm["accept"]>;
  cacheContext: NonNullable<SignatureAlgorithm["cacheContext"]>;
}

/** Changes with every change of the rules, so that no older verdict is taken for one of today's. */
const rulesVersion = "1";

/**
 * Raw Ed25519 keys of organisations (RFC 8032): the key ID is the key, so nothing has to be looked up, and there is nobody who
 * could say that the key was revoked; a signature ends when it says so itself.
 *
 * Says whether a signature is right and by which key, never whether that key is to be trusted. WebCrypto verifies, or where it has
 * no Ed25519 `@noble/ed25519`, which is loaded then; keys and signatures that the two would judge differently, or that prove
 * nothing, are refused before. To sign, see `ed25519Signer`.
 */
export function ed25519(): Ed25519Algorithm {
  return {
    id: algorithmId,
    verify: verifyStatement,
    accept: acceptOutput,
    cacheContext: async () => rulesVersion,
  };
}

/** @module matrix-countersign/ed25519 */
export { type Ed25519Algorithm, ed25519 } from "./ed25519.js";
export type { Ed25519PrivateKey, RemoteEd25519Key } from "./private-key.js";
export { type Ed25519Signer, type Ed25519SignerOptions, ed25519Signer } from "./signer.js";

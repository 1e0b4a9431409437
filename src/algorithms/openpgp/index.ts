/** @module matrix-countersign/openpgp */
export type { KeyImport } from "./keyring.js";
export { type KeyMaterial, type OpenPgpAlgorithm, type OpenPgpOptions, openpgp } from "./openpgp.js";
export type { KeyResolver } from "./resolver.js";
export {
  type OpenPgpSigner,
  type OpenPgpSignerOptions,
  openpgpSigner,
  type PrivateKeyMaterial,
  type UnlockedPrivateKey,
} from "./signer.js";

/** @module matrix-countersign/openpgp */
export type { HttpFetch } from "../shared/bounded-fetch.js";
export type { FoundKey } from "./found-keys.js";
export { type HkpsOptions, hkpsResolver } from "./hkps-resolver.js";
export type { KeyImport } from "./keyring.js";
export type { KeyFinder, LookupOptions } from "./lookup.js";
export { type KeyMaterial, type OpenPgpAlgorithm, type OpenPgpOptions, openpgp } from "./openpgp.js";
export type { KeyResolver } from "./resolver.js";
export {
  type OpenPgpSigner,
  type OpenPgpSignerOptions,
  openpgpSigner,
  type PrivateKeyMaterial,
  type UnlockedPrivateKey,
} from "./signer.js";
export { type WkdOptions, wkdResolver } from "./wkd-resolver.js";
export type { WkdMethod } from "./wkd-url.js";

/** @module matrix-countersign/sshsig */

export { type AllowedSigners, allowedSigners, type UnnamedReason } from "./allowed-signers.js";
export type { SkipReason } from "./key-line.js";
export type { SkippedLine } from "./key-list.js";
export { type SshKeyList, type SshSigAlgorithm, type SshSigOptions, sshsig } from "./sshsig.js";

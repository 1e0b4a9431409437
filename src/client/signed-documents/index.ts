/** @module matrix-countersign/documents */
export type { DocumentFile } from "./document-file.js";
export { type FetchListOptions, fetchRevocationList } from "./fetch-revocation-list.js";
export { prepareRevocationList, type RevocationListWishes, type RevokedKey } from "./prepare-revocation-list.js";
export { rememberedRevocationList, takeRevocationList } from "./remember-revocation-list.js";
export { type AcceptDocumentOptions, acceptDocument, type DocumentRequest } from "./sign-document.js";
export {
  exportSettings,
  type ImportSettingsOptions,
  importSettings,
  type SettingsFinding,
  type SettingsProblem,
} from "./trust-settings-file.js";
export type { DocumentContext, DocumentSigner } from "./verify-document.js";
export {
  type RevocationListFinding,
  type RevocationListProblem,
  type VerifyListOptions,
  verifyRevocationList,
} from "./verify-revocation-list.js";

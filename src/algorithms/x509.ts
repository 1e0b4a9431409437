/** @module matrix-countersign/x509 */
export { type CmsAlgorithm, type CmsOptions, cms } from "./cms/cms.js";
export { type CmsSigner, type CmsSignerOptions, cmsSigner } from "./cms/signer.js";
export type {
  CertificatePrivateKey,
  Pkcs12Data,
  PrivateKeyData,
  RemoteCertificateKey,
} from "./shared/certificate-key.js";
export type { DerMaterial } from "./shared/certificate-material.js";
export type { CertificateOptions } from "./shared/certificate-options.js";
export type { CertificateSignerOptions } from "./shared/certificate-signer.js";
export { type CertificateStore, certificateStore, type StoredCertificate } from "./shared/certificate-store.js";
export type { RevocationFetch } from "./shared/revocation-fetch.js";
export type { RevocationMode } from "./shared/revocation-types.js";
export type { HashName, SignatureScheme } from "./shared/signature-scheme.js";
export { type ElementSigner, type X509Signer, type X509SignerOptions, x509Signer } from "./x509/signer.js";
export { type X509Algorithm, type X509Options, x509 } from "./x509/x509.js";

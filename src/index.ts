/** @module matrix-countersign */
export type {
  AcceptedSignature,
  AcceptInput,
  IntroductionsInput,
  SignatureAlgorithm,
  Signer,
  SigningCommand,
  SizeEstimate,
  VerifyInput,
} from "./algorithms/algorithm.js";
export { type FirstUploadOptions, signFirstUpload } from "./client/bootstrap/sign-first-upload.js";
export { withSignature } from "./client/bootstrap/with-signature.js";
export { Countersign, type CountersignEvents } from "./client/countersign.js";
export type { NativeFailure } from "./client/native/conferrer.js";
export type { NativeVerification } from "./client/native/verify-natively.js";
export type { NativeAdvice, NativeAdviceCode, NativeWithdrawal } from "./client/native/withdraw-natively.js";
export type {
  AssessOptions,
  CallOptions,
  CarryOverOptions,
  CountersignOptions,
  FetchOptions,
  PublishOptions,
  WithdrawOptions,
} from "./client/options.js";
export type { Advice, AdviceCode } from "./client/owner/advice.js";
export type { Disclosure } from "./client/owner/disclosure.js";
export type { OwnSignature, SigningRequest } from "./client/owner/own-signature.js";
export type { PublishReceipt } from "./client/owner/receipt.js";
export type { OutboxResult } from "./client/owner/resume.js";
export type { WithdrawnPlace, WithdrawObstacle, WithdrawReceipt } from "./client/owner/withdraw-receipt.js";
export type { DocumentFile } from "./client/signed-documents/document-file.js";
export type { RevocationListFinding, RevocationListProblem } from "./client/signed-documents/verify-revocation-list.js";
export type { AttributedEvent } from "./client/signed-events/own-events.js";
export {
  acceptEvent,
  type EventSigningRequest,
  prepareEvent,
  signEventContent,
} from "./client/signed-events/sign-event.js";
export type { SignedEvent } from "./client/signed-events/signed-event.js";
export {
  type EventState,
  type EventVerification,
  type SenderKeys,
  type VerifyEventOptions,
  verifyEvent,
} from "./client/signed-events/verify-event.js";
export type { ExpectedSize } from "./client/signing-tool.js";
export type { StoredTrust } from "./client/trusting/stored-trust.js";
export { type VerifyObjectOptions, verifyObject } from "./client/verify-object.js";
export type { CreatePublicUserKeyOptions, PublicUserKey } from "./client/vouching/create-public-user-key.js";
export type { PublicVouch, VouchForOptions } from "./client/vouching/vouch-for.js";
export type { VouchingUserOption } from "./client/vouching-user-options.js";
export type { Watching, WatchOptions } from "./client/watching/watch.js";
export type { Bytes } from "./encoding/bytes.js";
export { canonicalJson } from "./encoding/canonical-json.js";
export type { JsonObject } from "./encoding/json-object.js";
export { parseJson } from "./encoding/parse-json.js";
export {
  CountersignError,
  type CountersignErrorOptions,
  type ErrorCode,
  HttpError,
  type HttpErrorDetails,
} from "./errors.js";
export type { CryptoLike, MatrixClientLike } from "./matrix/client-like.js";
export type { Breakage, ClientStack, Diagnosis } from "./matrix/diagnose.js";
export type { HttpOptions } from "./matrix/http.js";
export type { RoomReadiness, RoomRemark } from "./matrix/prepare-room.js";
export type { Authenticate } from "./matrix/routes/bootstrap.js";
export type { Proof, Recall, ReceiptRemark, RouteOutcome, RouteReceipt, Visibility } from "./matrix/routes/route.js";
export { type FetchServerKeysOptions, fetchServerKeys } from "./matrix/server-keys.js";
export { createSyncObserver, type SyncObserver } from "./matrix/sync-observer.js";
export type { ChangeSource, UserChange } from "./matrix/watch/watch-event.js";
export { AcceptError } from "./model/accept-error.js";
export type {
  AssessmentReason,
  IdentityAssessment,
  Need,
  ReasonCode,
  TrustHop,
  TrustLevel,
  Vouch,
} from "./model/assessment.js";
export type { Conferral } from "./model/conferral.js";
export {
  type ExternalSignature,
  externalSignatures,
  type SignatureValue,
  withExternalSignature,
} from "./model/external-signature.js";
export type {
  IdentityProblem,
  IdentityWithdrawal,
  Place,
  RouteName,
  SeenSignature,
  SignedIdentity,
} from "./model/identity.js";
export type { Introduction } from "./model/introduction.js";
export { type ExternalKeyId, formatKeyId, parseKeyId } from "./model/key-id.js";
export type { LintedSignature, LintFinding, LintOptions, LintRule } from "./model/lint/finding.js";
export { lint } from "./model/lint/lint.js";
export { lintUpload } from "./model/lint/lint-upload.js";
export { type Manifest, type ManifestExpectation, readManifest, type Withdrawal } from "./model/manifest/manifest.js";
export type { CachedField, FieldCache, ManifestMemory, SeenManifest } from "./model/manifest/seen-manifest.js";
export type { PublicSignature } from "./model/public-signature.js";
export type {
  ReportCode,
  SignatureReport,
  SignatureStatus,
  Signer as SignerEvidence,
  Verdict,
} from "./model/report.js";
export type { RevocationList } from "./model/revocation-list.js";
export type {
  ServerKey,
  ServerKeyKind,
  ServerKeyPurpose,
  ServerKeySet,
  ServerKeysCode,
  ServerKeysVerdict,
} from "./model/server-keys/server-key-set.js";
export { type ServerKeysExpectation, verifyServerKeys } from "./model/server-keys/verify-server-keys.js";
export {
  type ServerSignedCode,
  type ServerSignedExpectation,
  type ServerSignedVerdict,
  verifyServerSigned,
} from "./model/server-keys/verify-server-signed.js";
export { type Purpose, readSignable, readSignableEvent, type SignableObject, signedBytes } from "./model/signable.js";
export type {
  LapsedSignerPath,
  PathCertificate,
  RevocationEvidenceShown,
  SignatureTimestamp,
  SignerCertificate,
  SignerPath,
} from "./model/signer-certificate.js";
export { defaultSignatureSizeLimit, fitsSizeRule, signatureSize } from "./model/size.js";
export type {
  AnchorRevocation,
  AnchorScope,
  AuthorityKey,
  DirectoryEntry,
  NamedKey,
  ScopeEntry,
  SpeaksFor,
  TrustAnchor,
  TrustPurpose,
} from "./model/trust-anchor.js";
export type { PolicyRule, Requirement, TrustDecision, TrustPolicy, TrustSettings } from "./model/trust-policy.js";
export type { TrustConflict } from "./model/trust-settings/resolve-trust.js";
export type { TrustVersion } from "./model/trust-settings/trust-document.js";
export type { TrustProblem, TrustProblemCode, TrustState } from "./model/trust-settings/trust-state.js";
export type { OutboxEntry, SignatureStore, StoreDegradation } from "./store/signature-store.js";
export type { NativeOutlived } from "./trust/outlived.js";
export type { LevelChange } from "./trust/simulate.js";

/** @module matrix-countersign/trust */
export type {
  AssessmentReason,
  IdentityAssessment,
  Need,
  ReasonCode,
  TrustHop,
  TrustLevel,
  Vouch,
} from "../model/assessment.js";
export type { Introduction } from "../model/introduction.js";
export type { RevocationList } from "../model/revocation-list.js";
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
} from "../model/trust-anchor.js";
export type { PolicyRule, Requirement, TrustDecision, TrustPolicy, TrustSettings } from "../model/trust-policy.js";
export { type AssessInput, assessIdentity, defaultFreshnessMs } from "./assess.js";
export { type TrustContext, type TrustContextInput, trustContext } from "./context.js";
export { eventAnchors } from "./event-anchors.js";
export { type LevelChange, simulate } from "./simulate.js";
export { readTrust, type Trust } from "./trust.js";
export type { VouchingUser } from "./vouching-users.js";
export {
  type AuthenticateQuestion,
  authenticate,
  type IntroducerQuestion,
  introducer,
  type TrustAnswer,
  type TrustPath,
} from "./web/authenticate.js";
export type { TrustRoot } from "./web/root-set.js";
export { TrustNetwork } from "./web/trust-network.js";

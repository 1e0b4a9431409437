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
export { readTrust, type Trust } from "./trust.js";
export type { VouchingUser } from "./vouching-users.js";

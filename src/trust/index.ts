/** @module matrix-countersign/trust */
export type { AssessmentReason, IdentityAssessment, ReasonCode, TrustHop, TrustLevel } from "../model/assessment.js";
export { type AnchorScope, readAnchors, speaksFor, type TrustAnchor } from "./anchor.js";
export { type AssessInput, assessIdentity, defaultFreshnessMs } from "./assess.js";

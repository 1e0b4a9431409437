import type { ResolvedTrust } from "./resolve-trust.js";

/**
 * What is out of the ordinary about trust settings.
 *
 * - `trust-rolled-back`: the server served an older copy than before, or none; what this device remembers was merged in
 * - `trust-overwritten`: what the server served before is missing from a copy that is not older: two devices wrote at once, or one
 *   was kept back; what this device remembers was merged in
 * - `trust-unreadable`: secret storage gave nothing that can be read; what this device remembers goes on counting
 * - `trust-unsaved`: the settings count on this device, and are not in secret storage yet: the next reading tries again
 */
export type TrustProblemCode = "trust-rolled-back" | "trust-overwritten" | "trust-unreadable" | "trust-unsaved";

/** One problem, with the error underneath where there is one. */
export interface TrustProblem {
  readonly code: TrustProblemCode;
  readonly cause?: unknown;
}

/** The trust settings that count on this device now. */
export interface TrustState extends ResolvedTrust {
  /** Empty where they lie in secret storage as they are here. */
  readonly problems: readonly TrustProblem[];
}

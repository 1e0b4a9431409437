import type { AnchorScope, TrustAnchor } from "./trust-anchor.js";

/**
 * What a rule asks for. Each signature that is counted must be independent of every other one: by another key, under another anchor,
 * and neither anchor under the other.
 *
 * - `amount`: independent signatures that are worth at least that much together
 * - `anchor`: one under this anchor
 * - `algorithm`: one of this algorithm, under any anchor
 * - `atLeast`, `of`: so many of these
 * - `allOf`: every one of these
 *
 * What is counted for `anchor` or `algorithm` must be worth `amount`, by default 120: one signature, or independent ones under one anchor.
 */
export type Requirement =
  | { readonly amount: number }
  | { readonly anchor: string; readonly amount?: number }
  | { readonly algorithm: string; readonly amount?: number }
  | { readonly atLeast: number; readonly of: readonly Requirement[] }
  | { readonly allOf: readonly Requirement[] };

/** What is asked for beyond one full signature, of some users. A rule can only refuse: none makes anybody trusted. */
export interface PolicyRule {
  /** Names the rule in assessments; unique. */
  readonly id: string;
  /** For people. */
  readonly label?: string;
  /** Whom it is about, without purposes. Every rule that holds a user applies to them. */
  readonly scope: Pick<AnchorScope, "servers" | "except"> & { readonly users?: readonly string[] };
  readonly require: Requirement;
  /** `enforce` (default): who does not satisfy it is not trusted. `warn`, `audit`: they are, and the assessment says so. */
  readonly mode?: "enforce" | "warn" | "audit";
}

/** How signatures are weighed. Plain JSON; durations are milliseconds. */
export interface TrustPolicy {
  /** The version of this format. */
  readonly version: 1;
  /**
   * When a signature must have been valid: `now` (default), or `signing-time`, which also counts what was made while its key or
   * certificate was valid and ended since without a compromise. The time is the signature's own word; of a CMS it must be
   * proven by a timestamp that counts.
   */
  readonly validity?: "now" | "signing-time";
  /** How long a signature goes on counting after it, its key or its certificate expired. Default 0. */
  readonly grace?: number;
  readonly rules?: readonly PolicyRule[];
  /** Whether who is `trusted` is verified in Matrix's own way too, without being asked. Default `false`. */
  readonly conferNative?: boolean;
}

/** What the user decided about one key of somebody. */
export interface TrustDecision {
  readonly userId: string;
  /** The master key that it is about, unpadded base64. */
  readonly masterKey: string;
  /** `accept`: this changed key is right. `deny`: never trust it, whoever signed it. */
  readonly decision: "accept" | "deny";
  /** Milliseconds since 1970. */
  readonly decidedAt: number;
  /** When it was taken back; milliseconds since 1970. */
  readonly withdrawnAt?: number;
}

/** Everything that decides about trust: what follows the user from device to device, and what an organisation hands out. */
export interface TrustSettings {
  /** The version of this format. */
  readonly version: 1;
  readonly anchors: readonly TrustAnchor[];
  readonly policy?: TrustPolicy;
  readonly decisions?: readonly TrustDecision[];
}

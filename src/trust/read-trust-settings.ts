import { hasExactly, isJsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import type { TrustAnchor } from "../model/trust-anchor.js";
import type { TrustDecision, TrustPolicy, TrustSettings } from "../model/trust-policy.js";
import { readTrust, type Trust } from "./trust.js";

/** Settings as they were checked, and ready to be asked. */
export interface ReadSettings {
  /** A copy that nobody else can change any more. */
  readonly settings: TrustSettings;
  readonly trust: Trust;
}

/**
 * Checks settings through and through: anchors, policy and decisions, with no member that is not known, which could be a limit.
 *
 * @param value plain JSON data
 * @throws CountersignError `ERR_SETTINGS_MALFORMED` for another version, a missing or unknown member; `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`
 */
export async function readSettings(value: unknown): Promise<ReadSettings> {
  if (!isJsonObject(value) || !hasExactly(value, ["version", "anchors"], ["policy", "decisions"])) {
    throw malformed("settings with their documented members alone");
  }
  const { version, anchors, policy, decisions = [] } = structuredClone(value);
  if (version !== 1) throw malformed("settings of version 1");
  if (!Array.isArray(anchors)) throw malformed("a list of anchors");
  if (policy !== undefined && !isJsonObject(policy)) throw malformed("a policy");
  const settings: TrustSettings = {
    version,
    anchors: anchors as TrustAnchor[],
    ...(policy && { policy: policy as unknown as TrustPolicy }),
    ...(Object.hasOwn(value, "decisions") && { decisions: decisions as TrustDecision[] }),
  };
  return { settings, trust: await readTrust(settings) };
}

/** The settings alone, checked: see {@link readSettings}, whose errors it throws. */
export async function readTrustSettings(value: unknown): Promise<TrustSettings> {
  return (await readSettings(value)).settings;
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_SETTINGS_MALFORMED", `expected ${expected}`);
}

import { hasExactly, isJsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import type { TrustAnchor } from "../model/trust-anchor.js";
import type { TrustDecision, TrustPolicy, TrustSettings } from "../model/trust-policy.js";
import { readAnchors } from "./anchors/read-anchors.js";
import { readDecisions } from "./policy/read-decisions.js";
import { readPolicy } from "./policy/read-policy.js";

/**
 * Checks settings through and through: anchors, policy and decisions, with no member that is not known, which could be a limit.
 *
 * @param value plain JSON data
 * @returns a copy that nobody else can change any more
 * @throws CountersignError `ERR_SETTINGS_MALFORMED` for another version, a missing or unknown member; `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`
 */
export async function readTrustSettings(value: unknown): Promise<TrustSettings> {
  if (!isJsonObject(value) || !hasExactly(value, ["version", "anchors"], ["policy", "decisions"])) {
    throw malformed("settings with their documented members alone");
  }
  const { version, anchors, policy, decisions = [] } = structuredClone(value);
  if (version !== 1) throw malformed("settings of version 1");
  if (!Array.isArray(anchors)) throw malformed("a list of anchors");
  if (policy !== undefined && !isJsonObject(policy)) throw malformed("a policy");
  const read = { anchors: anchors as TrustAnchor[], policy: policy as TrustPolicy | undefined };
  readDecisions(decisions as TrustDecision[]);
  const ids = (await readAnchors(read.anchors)).map(({ id }) => id);
  readPolicy(read.policy, new Set(ids));
  return {
    version,
    anchors: read.anchors,
    ...(read.policy && { policy: read.policy }),
    ...(Object.hasOwn(value, "decisions") && { decisions: decisions as TrustDecision[] }),
  };
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_SETTINGS_MALFORMED", `expected ${expected}`);
}

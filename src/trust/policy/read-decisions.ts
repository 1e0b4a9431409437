import { hasExactly, isJsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { isMilliseconds } from "../../model/milliseconds.js";
import type { TrustDecision } from "../../model/trust-policy.js";
import { isUserId } from "../../model/user-id.js";

/** What the user decided about one key, and when: milliseconds since 1970. */
export type StandingDecision = Pick<TrustDecision, "decision" | "decidedAt">;

/** 32 bytes in unpadded base64, without stray bits: a deny of another spelling would match nobody. */
const masterKeyGrammar = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/;
const required = ["userId", "masterKey", "decision", "decidedAt"];

/** A user and one of their master keys, in unpadded base64, as one text. */
export function decisionKey(userId: string, masterKey: string): string {
  return `${masterKey} ${userId}`;
}

/**
 * Checks decisions.
 *
 * @returns what stands, by {@link decisionKey}: of two decisions about one key a deny, else the later one
 * @throws CountersignError `ERR_POLICY_INVALID` for what is no decision
 */
export function readDecisions(decisions: readonly TrustDecision[] = []): ReadonlyMap<string, StandingDecision> {
  const standing = new Map<string, StandingDecision>();
  if (!Array.isArray(decisions) || !decisions.every(isDecision)) {
    throw new CountersignError("ERR_POLICY_INVALID", "expected a list of decisions, got something else");
  }
  for (const { userId, masterKey, decision, decidedAt, withdrawnAt } of decisions) {
    const key = decisionKey(userId, masterKey);
    const known = standing.get(key);
    if (withdrawnAt !== undefined || (known && rank(known) >= rank({ decision, decidedAt }))) continue;
    standing.set(key, { decision, decidedAt });
  }
  return standing;
}

function isDecision(value: unknown): value is TrustDecision {
  if (!isJsonObject(value) || !hasExactly(value, required, ["withdrawnAt"])) return false;
  const { userId, masterKey, decision, decidedAt, withdrawnAt } = value;
  return (
    typeof userId === "string" &&
    isUserId(userId) &&
    typeof masterKey === "string" &&
    masterKeyGrammar.test(masterKey) &&
    (decision === "accept" || decision === "deny") &&
    isMilliseconds(decidedAt) &&
    (withdrawnAt === undefined || isMilliseconds(withdrawnAt))
  );
}

function rank({ decision, decidedAt }: StandingDecision): number {
  return decision === "deny" ? Number.POSITIVE_INFINITY : decidedAt;
}

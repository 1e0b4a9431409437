import type { IdentityAssessment } from "../../model/assessment.js";
import { pinOf } from "../../model/history/judge-pin.js";
import type { KeyHistory, KeySighting } from "../../model/history/key-history.js";
import { traceSignatures } from "../../model/history/trace-signatures.js";
import { type AssessInput, assessIdentity } from "../../trust/assess.js";
import type { TrustContext } from "../../trust/context.js";
import { decisionKey } from "../../trust/policy/read-decisions.js";
import type { Trust } from "../../trust/trust.js";

/** So often users are weighed anew whose pin another assessment moved meanwhile. */
const maxRounds = 3;

/**
 * Weighs users, in their order, and remembers their keys. Nobody is `trusted` by a key that did not become the pin: where another
 * assessment, in another tab perhaps, was faster with another key, this one is weighed against that.
 *
 * @throws CountersignError `ERR_CLOSED`
 */
export async function weighAndPin(
  inputs: readonly AssessInput[],
  context: TrustContext,
  memory: Pick<KeyHistory, "getPins" | "recordKeys">,
  round = 1,
): Promise<IdentityAssessment[]> {
  const assessments = inputs.map((input) => assessIdentity(input, context));
  const sightings = assessments.flatMap((assessment) => sightingOf(assessment, context.trust) ?? []);
  if (sightings.length > 0) await memory.recordKeys(sightings);
  const news = inputs.filter((input, index) => assessments[index]?.level === "trusted" && !isPinned(input));
  if (news.length === 0 || round === maxRounds) return assessments;
  const histories = await memory.getPins(news.map(({ identity }) => identity.userId));
  const overtaken = news.flatMap(({ identity, reports }): AssessInput[] => {
    const history = histories.get(identity.userId);
    return history && !isPinned({ identity, history }) ? [{ identity, reports, history }] : [];
  });
  if (overtaken.length === 0) return assessments;
  const anew = await weighAndPin(overtaken, context, memory, round + 1);
  const byUser = new Map(anew.map((assessment) => [assessment.userId, assessment]));
  return assessments.map((assessment) => byUser.get(assessment.userId) ?? assessment);
}

function isPinned({ identity, history }: Pick<AssessInput, "identity" | "history">): boolean {
  return history !== undefined && pinOf(history)?.masterKey === identity.masterKey?.publicKey;
}

/** What the log of keys is told: it decides by itself whether that is news. */
function sightingOf(assessment: IdentityAssessment, { decisions }: Trust): KeySighting | undefined {
  const { userId, masterKey, level, reports, reasons, vouches, checkedAt } = assessment;
  if (masterKey === undefined) return undefined;
  const isAttested = level === "trusted" && reasons.some(({ code }) => code === "re-attested");
  const decision = decisions.get(decisionKey(userId, masterKey));
  const times = vouches.flatMap(({ attestedAt }) => attestedAt ?? []);
  return {
    userId,
    masterKey,
    at: checkedAt,
    signatures: traceSignatures(reports),
    ...(isAttested && times.length > 0 && { attestedAt: Math.max(...times) }),
    ...(decision?.decision === "accept" && { acceptedAt: decision.decidedAt }),
  };
}

import type { IdentityAssessment } from "../../model/assessment.js";
import type { KeySighting } from "../../model/history/key-history.js";
import { traceSignatures } from "../../model/history/trace-signatures.js";
import type { SignedIdentity } from "../../model/identity.js";
import { type AssessInput, assessIdentity } from "../../trust/assess.js";
import { type TrustContext, trustContext } from "../../trust/context.js";
import { decisionKey } from "../../trust/policy/read-decisions.js";
import type { Trust } from "../../trust/trust.js";
import { verifyIdentities } from "../cached-verification.js";
import { callContext, type Session } from "../session.js";
import { listsInForce } from "./lists.js";
import { networkFor } from "./network.js";

/** Users as they were fetched, verified and held against what was known, ready to be weighed. */
export interface VerifiedUsers {
  readonly inputs: readonly AssessInput[];
  /** What they are weighed in, under any trust. */
  readonly contextOf: (trust: Trust) => Promise<TrustContext>;
}

/**
 * Verifies the signatures on identities, through the cache, and gathers all else that decides about them.
 *
 * @throws CountersignError `ERR_ABORTED`, `ERR_CLOSED`
 */
export async function verifyUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  signal?: AbortSignal,
): Promise<VerifiedUsers> {
  const { registry, store, offline } = session;
  const now = session.now();
  const context = { registry, now, offline, signal: callContext(session, signal).signal };
  const [reports, lists, histories] = await Promise.all([
    verifyIdentities(identities, store, context),
    listsInForce(session, now),
    store.getPins(identities.map(({ userId }) => userId)),
  ]);
  const matrixKeys = identities.flatMap(({ masterKey }) => masterKey?.publicKey ?? []);
  return {
    inputs: identities.map((identity) => {
      const history = histories.get(identity.userId);
      return { identity, reports: reports.get(identity.userId) ?? [], ...(history && { history }) };
    }),
    contextOf: async (trust) =>
      trustContext({
        trust,
        now,
        matrixKeys,
        lists: [...lists.values()],
        network: await networkFor(session, trust, now, context.signal),
      }),
  };
}

/**
 * Verifies and weighs identities, in their order, and remembers their keys. Throws what {@link verifyUsers} throws.
 */
export async function assessUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  signal?: AbortSignal,
): Promise<IdentityAssessment[]> {
  const { trust } = session.inForce.current;
  const { inputs, contextOf } = await verifyUsers(session, identities, signal);
  const context = await contextOf(trust);
  const assessments = inputs.map((input) => assessIdentity(input, context));
  const sightings = assessments.flatMap((assessment) => sightingOf(assessment, trust) ?? []);
  if (sightings.length > 0) await session.store.recordKeys(sightings);
  return assessments;
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

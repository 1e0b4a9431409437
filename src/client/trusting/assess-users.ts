import type { IdentityAssessment } from "../../model/assessment.js";
import type { KeySighting } from "../../model/history/key-history.js";
import { traceSignatures } from "../../model/history/trace-signatures.js";
import type { SignedIdentity } from "../../model/identity.js";
import { type AssessInput, assessIdentity } from "../../trust/assess.js";
import { type TrustContext, trustContext } from "../../trust/context.js";
import { decisionKey } from "../../trust/policy/read-decisions.js";
import type { Trust } from "../../trust/trust.js";
import type { VouchingUser } from "../../trust/vouching-users.js";
import { verifyIdentities } from "../cached-verification.js";
import { callContext, type Session } from "../session.js";
import { listsInForce } from "./lists.js";
import { networkFor } from "./network.js";
import { publicReports } from "./public-reports.js";

/** Users as they were fetched, verified and held against what was known, ready to be weighed. */
export interface VerifiedUsers {
  readonly inputs: readonly AssessInput[];
  /** What they are weighed in, under any trust. */
  readonly contextOf: (trust: Trust) => Promise<TrustContext>;
}

/**
 * Verifies the signatures on identities, through the cache, and gathers all else that decides about them.
 *
 * @param vouchingUsers who may vouch for others, as `readVouchingUsers` returns them
 * @throws CountersignError `ERR_ABORTED`, `ERR_CLOSED`
 */
export async function verifyUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  vouchingUsers: readonly VouchingUser[],
  signal?: AbortSignal,
): Promise<VerifiedUsers> {
  const { registry, store, offline } = session;
  const now = session.now();
  const context = { registry, now, offline, signal: callContext(session, signal).signal };
  const [reports, publicly, lists, histories] = await Promise.all([
    verifyIdentities(identities, store, context),
    Promise.all(identities.map((identity) => publicReports(identity, vouchingUsers))),
    listsInForce(session),
    store.getPins(identities.map(({ userId }) => userId)),
  ]);
  const everybody = [...identities, ...vouchingUsers.map(({ identity }) => identity)];
  const matrixKeys = everybody.flatMap(({ masterKey }) => masterKey?.publicKey ?? []);
  return {
    inputs: identities.map((identity, index) => {
      const history = histories.get(identity.userId);
      const all = [...(reports.get(identity.userId) ?? []), ...(publicly[index] ?? [])];
      return { identity, reports: all, ...(history && { history }) };
    }),
    contextOf: async (trust) =>
      trustContext({
        trust,
        now,
        matrixKeys,
        vouchingUsers,
        lists: [...lists.values()],
        network: await networkFor(session, trust, now, context.signal),
      }),
  };
}

/** Verifies and weighs identities, in their order, and remembers nothing about them. Throws what {@link verifyUsers} throws. */
export async function judgeUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  vouchingUsers: readonly VouchingUser[],
  signal?: AbortSignal,
): Promise<IdentityAssessment[]> {
  const { trust } = session.inForce.current;
  const { inputs, contextOf } = await verifyUsers(session, identities, vouchingUsers, signal);
  const context = await contextOf(trust);
  return inputs.map((input) => assessIdentity(input, context));
}

/** The same, and remembers their keys. */
export async function assessUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  vouchingUsers: readonly VouchingUser[],
  signal?: AbortSignal,
): Promise<IdentityAssessment[]> {
  const { trust } = session.inForce.current;
  const assessments = await judgeUsers(session, identities, vouchingUsers, signal);
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

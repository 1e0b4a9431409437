import type { IdentityAssessment } from "../../model/assessment.js";
import type { SignedIdentity } from "../../model/identity.js";
import { type AssessInput, assessIdentity } from "../../trust/assess.js";
import { type TrustContext, trustContext } from "../../trust/context.js";
import type { Trust } from "../../trust/trust.js";
import { verifyIdentities } from "../cached-verification.js";
import { callContext, type Session } from "../session.js";

/** Users as they were fetched, verified and held against what was known, ready to be weighed. */
export interface VerifiedUsers {
  readonly inputs: readonly AssessInput[];
  /** What they are weighed in, under any trust. */
  readonly contextOf: (trust: Trust) => TrustContext;
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
  const reports = await verifyIdentities(identities, store, context);
  const matrixKeys = identities.flatMap(({ masterKey }) => masterKey?.publicKey ?? []);
  return {
    inputs: identities.map((identity) => ({ identity, reports: reports.get(identity.userId) ?? [] })),
    contextOf: (trust) => trustContext({ trust, now, matrixKeys, lists: [...session.lists.values()] }),
  };
}

/** Verifies and weighs identities, in their order. Throws what {@link verifyUsers} throws. */
export async function assessUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  signal?: AbortSignal,
): Promise<IdentityAssessment[]> {
  const { inputs, contextOf } = await verifyUsers(session, identities, signal);
  const context = contextOf(session.trust.current);
  return inputs.map((input) => assessIdentity(input, context));
}

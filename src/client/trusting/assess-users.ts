import type { IdentityAssessment } from "../../model/assessment.js";
import type { SignedIdentity } from "../../model/identity.js";
import type { AssessInput } from "../../trust/assess.js";
import { type TrustContext, trustContext } from "../../trust/context.js";
import { verifyIdentities } from "../cached-verification.js";
import { callContext, type Session } from "../session.js";
import { listsOf } from "./lists.js";
import { networkFor } from "./network.js";
import type { TrustInForce } from "./trust-in-force.js";
import { weighAndPin } from "./weigh-and-pin.js";

/** Users as they were fetched, verified and held against what was known, ready to be weighed. */
export interface VerifiedUsers {
  readonly inputs: readonly AssessInput[];
  /** What they are weighed in, under any settings. */
  readonly contextOf: (state: TrustInForce) => Promise<TrustContext>;
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
  // Not sooner: verifying may take long, and other tabs go on.
  const histories = await store.getPins(identities.map(({ userId }) => userId));
  const matrixKeys = identities.flatMap(({ masterKey }) => masterKey?.publicKey ?? []);
  return {
    inputs: identities.map((identity) => {
      const history = histories.get(identity.userId);
      return { identity, reports: reports.get(identity.userId) ?? [], ...(history && { history }) };
    }),
    contextOf: async (state) => {
      const { trust } = state;
      const lists = await listsOf(state, store, now);
      return trustContext({
        trust,
        now,
        matrixKeys,
        lists,
        network: await networkFor(session, trust, now, context.signal),
      });
    },
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
  const state = session.inForce.current;
  const { inputs, contextOf } = await verifyUsers(session, identities, signal);
  const context = await contextOf(state);
  return weighAndPin(inputs, context, session.store);
}

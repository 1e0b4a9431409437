import type { IdentityAssessment } from "../../model/assessment.js";
import type { SignedIdentity } from "../../model/identity.js";
import { type AssessInput, assessIdentity } from "../../trust/assess.js";
import { type TrustContext, type TrustContextInput, trustContext } from "../../trust/context.js";
import type { VouchingUser } from "../../trust/vouching-users.js";
import { verifyIdentities } from "../cached-verification.js";
import { callContext, type Session } from "../session.js";
import { listsOf } from "./lists.js";
import { networkFor } from "./network.js";
import { publicReports } from "./public-reports.js";
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
  const [reports, publicly] = await Promise.all([
    verifyIdentities(identities, store, context),
    Promise.all(identities.map((identity) => publicReports(identity, vouchingUsers))),
  ]);
  // Not sooner: verifying may take long, and other tabs go on.
  const histories = await store.getPins(identities.map(({ userId }) => userId));
  const everybody = [...identities, ...vouchingUsers.map(({ identity }) => identity)];
  const matrixKeys = everybody.flatMap(({ masterKey }) => masterKey?.publicKey ?? []);
  return {
    inputs: identities.map((identity, index) => {
      const history = histories.get(identity.userId);
      const all = [...(reports.get(identity.userId) ?? []), ...(publicly[index] ?? [])];
      return { identity, reports: all, ...(history && { history }) };
    }),
    contextOf: (state) => contextUnder(state, session, { now, matrixKeys, vouchingUsers }, context.signal),
  };
}

/**
 * What anything is weighed in under these settings.
 *
 * @throws CountersignError `ERR_ABORTED`, `ERR_CLOSED`
 */
export async function contextUnder(
  state: TrustInForce,
  session: Session,
  known: Pick<TrustContextInput, "now" | "matrixKeys" | "vouchingUsers">,
  signal: AbortSignal,
): Promise<TrustContext> {
  const { trust } = state;
  const lists = await listsOf(state, session.store, known.now);
  return trustContext({ ...known, trust, lists, network: await networkFor(session, trust, known.now, signal) });
}

/** Verifies and weighs identities, in their order, and remembers nothing about them. Throws what {@link verifyUsers} throws. */
export async function judgeUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  vouchingUsers: readonly VouchingUser[],
  signal?: AbortSignal,
): Promise<IdentityAssessment[]> {
  const { inputs, context } = await readyToWeigh(session, identities, vouchingUsers, signal);
  return inputs.map((input) => assessIdentity(input, context));
}

/** The same, and remembers their keys. */
export async function assessUsers(
  session: Session,
  identities: readonly SignedIdentity[],
  vouchingUsers: readonly VouchingUser[],
  signal?: AbortSignal,
): Promise<IdentityAssessment[]> {
  const { inputs, context } = await readyToWeigh(session, identities, vouchingUsers, signal);
  return weighAndPin(inputs, context, session.store);
}

/** Verified users with what they are weighed in: the settings that are in force when this begins. */
async function readyToWeigh(
  session: Session,
  identities: readonly SignedIdentity[],
  vouchingUsers: readonly VouchingUser[],
  signal: AbortSignal | undefined,
): Promise<{ readonly inputs: readonly AssessInput[]; readonly context: TrustContext }> {
  const state = session.inForce.current;
  const { inputs, contextOf } = await verifyUsers(session, identities, vouchingUsers, signal);
  return { inputs, context: await contextOf(state) };
}

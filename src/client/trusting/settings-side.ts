/** What changes trust: loaded when it is first needed, since most pages read it once. */
import type { SignedIdentity } from "../../model/identity.js";
import type { TrustSettings } from "../../model/trust-policy.js";
import { type LevelChange, simulate } from "../../trust/simulate.js";
import type { VouchingUser } from "../../trust/vouching-users.js";
import type { Session } from "../session.js";
import { verifyUsers } from "./assess-users.js";
import { readTrustState } from "./trust-in-force.js";

export { openStoredTrust } from "./stored-trust.js";
export { takeList } from "./take-list.js";

/** Which of these identities would change level under other settings. Throws what `verifyUsers` and `readTrustState` throw. */
export async function simulateSettings(
  session: Session,
  settings: TrustSettings,
  identities: readonly SignedIdentity[],
  vouchingUsers: readonly VouchingUser[],
  signal?: AbortSignal,
): Promise<LevelChange[]> {
  const state = await readTrustState(settings);
  const { inputs, contextOf } = await verifyUsers(session, identities, vouchingUsers, signal);
  return simulate(inputs, await contextOf(session.inForce.current), await contextOf(state));
}

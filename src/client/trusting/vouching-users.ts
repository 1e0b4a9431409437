import type { JsonObject } from "../../encoding/json-object.js";
import { lesserKeyOf } from "../../model/cross-signing-key.js";
import type { SignedIdentity } from "../../model/identity.js";
import type { VouchingUser } from "../../trust/vouching-users.js";
import type { Session } from "../session.js";
import type { assessUsers } from "./assess-users.js";

/**
 * The users who may vouch for others, with their keys verified: to be asked for once, for all users of a call.
 *
 * They are assessed without anybody's vouching, so that none stands on another. Whether one of them may vouch under an anchor is not
 * looked at yet.
 *
 * @param fetch fetches users
 * @param assess `assessUsers`, or `judgeUsers` where nothing is to be remembered
 * @throws what those throw
 */
export async function readVouchingUsers(
  session: Session,
  fetch: (userIds: readonly string[]) => Promise<ReadonlyMap<string, SignedIdentity>>,
  assess: typeof assessUsers,
  signal?: AbortSignal,
): Promise<VouchingUser[]> {
  const { vouchingUsers } = session;
  if (vouchingUsers.size === 0) return [];
  const identities = await fetch([...vouchingUsers.keys()]);
  const assessments = await assess(session, [...identities.values()], [], signal);
  const users = assessments.map(async ({ userId, reasons, reports }): Promise<VouchingUser[]> => {
    const identity = identities.get(userId);
    if (!identity) return [];
    const isKeyChanged = reasons.some(({ code }) => code === "key-changed" || code === "rolled-back");
    const publicUserKeys = await publicUserKeysOf(identity, vouchingUsers.get(userId) ?? []);
    return [{ identity, reports, publicUserKeys, isKeyChanged }];
  });
  return (await Promise.all(users)).flat();
}

/** Those that are the user's own, by their very master key, and not that master key itself. */
async function publicUserKeysOf(
  { masterKey, publicUserKeys = [] }: SignedIdentity,
  handedIn: readonly JsonObject[],
): Promise<string[]> {
  if (!masterKey) return [];
  const keys = await Promise.all(
    [...publicUserKeys, ...handedIn].map((object) => lesserKeyOf(object, "public-user-key", masterKey)),
  );
  return keys.flatMap((key) => (key === undefined || key === masterKey.publicKey ? [] : [key]));
}

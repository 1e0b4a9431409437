import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { isUserId } from "../model/user-id.js";

/**
 * A user whose vouching for others is considered (MSC2882): their ID, where the homeserver serves the key that they vouch with, or beside
 * it that key.
 */
export type VouchingUserOption =
  | string
  | {
      readonly userId: string;
      /**
       * Key objects of usage `public-user`, signed by the user's master key; at most 8. They are current by the caller's word: one that the
       * user replaced counts for as long as it is handed in.
       */
      readonly publicUserKeys: readonly JsonObject[];
    };

const maxUsers = 100;
const maxKeys = 8;

/**
 * Checks the users and copies their keys. Does not look what the keys are: one that is not the user's counts for nothing later.
 *
 * @returns the keys by user ID
 * @throws CountersignError `ERR_OPTION_INVALID` for more than 100 users, more than 8 keys of one, a user named twice, and other shapes
 */
export function readVouchingUserOptions(
  options: readonly VouchingUserOption[],
): ReadonlyMap<string, readonly JsonObject[]> {
  if (!Array.isArray(options) || options.length > maxUsers) throw invalid();
  const users = new Map(options.map((option: VouchingUserOption) => readOne(option)));
  if (users.size < options.length) throw invalid();
  return users;
}

function readOne(option: VouchingUserOption): [string, readonly JsonObject[]] {
  const { userId, publicUserKeys } =
    typeof option === "string" ? { userId: option, publicUserKeys: [] } : (option ?? {});
  const areKeys =
    Array.isArray(publicUserKeys) && publicUserKeys.length <= maxKeys && publicUserKeys.every(isJsonObject);
  if (typeof userId !== "string" || !isUserId(userId) || !areKeys) throw invalid();
  try {
    return [userId, structuredClone(publicUserKeys)];
  } catch {
    throw invalid();
  }
}

function invalid(): CountersignError {
  return new CountersignError(
    "ERR_OPTION_INVALID",
    "expected user IDs for vouchingUsers, each with its keys or without",
  );
}

import { CountersignError } from "../errors.js";
import type { MatrixClientLike } from "./client-like.js";

/**
 * The own user ID.
 *
 * @throws CountersignError `ERR_CLIENT_INVALID` for a client that is not logged in
 */
export function ownUserId(client: MatrixClientLike): string {
  const userId = client.getUserId();
  if (!userId) throw new CountersignError("ERR_CLIENT_INVALID", "expected a client that is logged in");
  return userId;
}

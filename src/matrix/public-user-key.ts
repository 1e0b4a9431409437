import type { JsonObject } from "../encoding/json-object.js";
import { path } from "./http.js";
import { type Authenticate, requestAuthenticated } from "./interactive-auth.js";
import { queryKeys } from "./key-query.js";
import type { RouteContext } from "./routes/route.js";

/**
 * Uploads the own key of usage `public-user` under the unstable name of MSC2882, beside the keys that are there, and looks whether the
 * server serves it. Verifies nothing.
 *
 * @returns the keys of that usage which the server serves then, unverified: none by the servers of today
 * @throws CountersignError `ERR_PUBLISH_FAILED` (the user was not authenticated), `ERR_ABORTED`; HttpError
 * @see MSC2882
 */
export async function uploadPublicUserKey(
  object: JsonObject,
  userId: string,
  authenticate: Authenticate,
  { http, signal }: RouteContext,
): Promise<readonly JsonObject[]> {
  const request = {
    method: "POST",
    path: path("keys", "device_signing", "upload"),
    prefixes: ["unstable", "r0"],
    body: { "org.matrix.msc2882.public_user_signing_key": object },
    signal,
  } as const;
  await requestAuthenticated(http, request, authenticate);
  return (await queryKeys(http, [userId], signal)).get(userId)?.publicUserKeys ?? [];
}

import { CountersignError } from "../../errors.js";
import type { MatrixClientLike } from "../../matrix/client-like.js";
import { createHttp, type HttpOptions } from "../../matrix/http.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import type { ManifestPlace } from "../../matrix/routes/manifest-place.js";
import { profileFieldPlace } from "../../matrix/routes/profile-field.js";
import { roomStatePlace } from "../../matrix/routes/room-state.js";
import type { ServedMasterKey } from "../../matrix/routes/route.js";
import { isOnServedKey } from "../../matrix/routes/signatures-upload.js";
import { type ExternalSignature, externalSignatures } from "../../model/external-signature.js";
import { sameSignature } from "../../model/same-signature.js";
import { serverNameOf } from "../../model/user-id.js";
import type { Observation } from "./visibility.js";

/** A second account that looks whether it sees what a route stored. What it cannot read it does not see. */
export interface Observer {
  onKey(signature: ExternalSignature, masterKey: ServedMasterKey): Promise<Observation>;
  inPlace(signature: ExternalSignature, place: ManifestPlace): Promise<Observation>;
}

/**
 * Makes an observer of a second client.
 *
 * @throws CountersignError `ERR_CLIENT_INVALID` for one that is not logged in, `ERR_OPTION_INVALID` for the owner's own
 */
export function createObserver(
  client: MatrixClientLike,
  ownerId: string,
  options: HttpOptions,
  signal: AbortSignal,
): Observer {
  const userId = ownUserId(client);
  if (userId === ownerId) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected another user's account as observer");
  }
  const context = { http: createHttp(client, options, signal), signal, now: Date.now };
  const from = serverNameOf(userId) === serverNameOf(ownerId) ? "own-server" : "another-server";
  return {
    onKey: async (signature, masterKey) => ({
      from,
      seen: await orFalse(isOnServedKey(signature, masterKey, context)),
    }),
    inPlace: async (signature, { route, roomId }) => {
      const place =
        route === "room-state" && roomId !== undefined
          ? roomStatePlace(roomId, ownerId, context)
          : profileFieldPlace(ownerId, context);
      return { from, seen: await orFalse(holds(place, signature)) };
    },
  };
}

async function holds(place: ManifestPlace, signature: ExternalSignature): Promise<boolean> {
  const external = (await place.read())?.external;
  const { userId } = signature;
  const held = externalSignatures({ signatures: { [userId]: external } }, userId);
  return held.some((other) => sameSignature(other, signature));
}

async function orFalse(seen: Promise<boolean>): Promise<boolean> {
  try {
    return await seen;
  } catch (error) {
    if (error instanceof CountersignError && error.code !== "ERR_ABORTED") return false;
    throw error;
  }
}

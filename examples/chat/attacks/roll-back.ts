import { type MatrixClient, MatrixError, Method } from "matrix-js-sdk";
import type { Pair } from "../matrix/pair.js";

const manifest = "org.matrix.msc2961.signatures";

/** Every copy of Alice's manifest that the homeserver serves. */
export interface ManifestCopies {
  readonly profileField?: object;
  readonly roomState?: object;
}

/** Reads the copies as they are served now. */
export async function readManifests({ alice, roomId }: Pair): Promise<ManifestCopies> {
  const { client, userId } = alice;
  const profile = orNothing(request<Record<string, object>>(client, Method.Get, fieldPath(userId)));
  const roomState = await orNothing(request<object>(client, Method.Get, statePath(roomId, userId)));
  const profileField = (await profile)?.[manifest];
  return { ...(profileField && { profileField }), ...(roomState && { roomState }) };
}

/** Puts copies back in their places: what a server could do, done here with Alice's own access token. */
export async function writeManifests({ alice, roomId }: Pair, copies: ManifestCopies): Promise<void> {
  const { client, userId } = alice;
  const { profileField, roomState } = copies;
  if (profileField) await request(client, Method.Put, fieldPath(userId), { [manifest]: profileField });
  if (roomState) await request(client, Method.Put, statePath(roomId, userId), roomState);
}

const encode = encodeURIComponent;
const fieldPath = (userId: string): string => `/profile/${encode(userId)}/${manifest}`;
const statePath = (roomId: string, userId: string): string =>
  `/rooms/${encode(roomId)}/state/${manifest}/${encode(userId)}`;

function request<T>(client: MatrixClient, method: Method, path: string, body?: object): Promise<T> {
  return client.http.authedRequest<T>(method, path, {}, body);
}

/** A place that holds none, or that this homeserver does not have. */
async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MatrixError) return undefined;
    throw error;
  }
}

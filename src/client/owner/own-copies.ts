import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { isUnknownEndpoint } from "../../matrix/http.js";
import type { OwnMasterKey } from "../../matrix/own-identity.js";
import type { ManifestPlace } from "../../matrix/routes/manifest-place.js";
import type { Place } from "../../model/identity.js";
import { type Manifest, readManifest } from "../../model/manifest/manifest.js";
import type { Session } from "../session.js";
import { rememberedManifests } from "./own-manifest.js";

/** The own manifest as one place has it. */
export interface OwnCopy {
  readonly place: Place;
  readonly manifest: Manifest;
}

/**
 * The own manifest from every single place, since a current copy in one says nothing about what another goes on serving, from
 * memory and from imported bundles.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function readCopies(
  session: Session,
  own: OwnMasterKey,
  places: readonly ManifestPlace[],
): Promise<{ readonly copies: OwnCopy[]; readonly isWhole: boolean }> {
  const { userId, publicKey } = own.signable;
  let isWhole = true;
  const read = async (place: ManifestPlace): Promise<OwnCopy[]> => {
    try {
      const copy = await place.read();
      return copy ? [{ place: place.route, manifest: readCopy(copy) }] : [];
    } catch (error) {
      if (!(error instanceof CountersignError) || error.code === "ERR_ABORTED") throw error;
      isWhole &&= error.code === "ERR_MANIFEST_FOREIGN" || (place.roomId === undefined && isUnknownEndpoint(error));
      return [];
    }
  };
  const readCopy = (copy: JsonObject): Manifest =>
    readManifest(copy, { userId, masterKey: `ed25519:${publicKey}`, now: Number.POSITIVE_INFINITY });
  const served = (await Promise.all(places.map(read))).flat();
  const kept = [...(await rememberedManifests(session, own)), ...(session.bundles.get(userId) ?? [])];
  const known = kept.flatMap((copy): OwnCopy[] => {
    try {
      return [{ place: "bundle", manifest: readCopy(copy) }];
    } catch {
      return [];
    }
  });
  return { copies: [...served, ...known], isWhole };
}

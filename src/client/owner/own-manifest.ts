import { canonicalJson } from "../../encoding/canonical-json.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { withCrossSigningSeed } from "../../matrix/cross-signing-seed.js";
import type { OwnMasterKey } from "../../matrix/own-identity.js";
import type { ManifestPlace } from "../../matrix/routes/manifest-place.js";
import { profileFieldPlace } from "../../matrix/routes/profile-field.js";
import { roomStatePlace } from "../../matrix/routes/room-state.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import {
  entriesOf,
  type ManifestWriting,
  type WrittenManifest,
  writeManifest,
} from "../../matrix/routes/write-manifest.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { Withdrawal } from "../../model/manifest/manifest.js";
import {
  approveManifest,
  approvingKey,
  type ManifestOwner,
  seenManifest,
  selfSigningKeyOf,
} from "../../model/manifest/manifest-approval.js";
import type { ManifestChange } from "../../model/manifest/next-manifest.js";
import type { Session } from "../session.js";
import { verifySignature } from "../verify-signature.js";
import { refusalByLint } from "./refusal-by-lint.js";

/** What is done with a place: a copy is written there, or only one that stands there already is kept up with the others. */
export type PlaceUse = "write" | "follow" | "leave";

/** The places that hold the owner's manifest. */
export interface ManifestPlaces {
  readonly profileField: PlaceUse;
  readonly rooms: ReadonlyMap<string, PlaceUse>;
}

/**
 * Changes the own manifest in the places given, approves it where the self-signing key can be had, and remembers it.
 *
 * @throws what `writeManifest` throws
 */
export async function changeOwnManifest(
  session: Session,
  own: OwnMasterKey,
  where: ManifestPlaces,
  change: ManifestChange,
  force: readonly string[],
  context: RouteContext,
): Promise<WrittenManifest> {
  const { userId } = own.signable;
  const places = placesOf(where, userId, context);
  const owner = ownerOf(own);
  const written = await writeManifest(places, change, await writingOf(session, own, owner, force, context));
  await session.store.deleteFields([userId]);
  // Without any place it goes into a bundle, and the next one has to build on it.
  const isKept = written.outcomes.length === 0 || written.outcomes.some(({ stored }) => stored);
  if (written.manifest && isKept) await remember(session, owner, written.manifest);
  return written;
}

function placesOf({ profileField, rooms }: ManifestPlaces, userId: string, context: RouteContext): ManifestPlace[] {
  const inRooms = [...rooms].flatMap(([roomId, use]) =>
    use === "leave" ? [] : [roomStatePlace(roomId, userId, context, use === "follow")],
  );
  if (profileField === "leave") return inRooms;
  return [profileFieldPlace(userId, context, profileField === "follow"), ...inRooms];
}

/** The own manifests that were seen before, for the current master key. */
export async function rememberedManifests({ store }: Session, own: OwnMasterKey): Promise<JsonObject[]> {
  const { userId, publicKey } = own.signable;
  const seen = (await store.getManifests([userId])).get(userId) ?? [];
  return seen.filter(({ masterKey }) => masterKey === `ed25519:${publicKey}`).map(({ manifest }) => manifest);
}

function ownerOf({ signable, selfSigningKey }: OwnMasterKey): ManifestOwner {
  return { userId: signable.userId, masterKey: signable, ...(selfSigningKey && { selfSigningKey }) };
}

async function writingOf(
  session: Session,
  own: OwnMasterKey,
  owner: ManifestOwner,
  force: readonly string[],
  context: RouteContext,
): Promise<ManifestWriting> {
  const selfSigningKey = await selfSigningKeyOf(owner);
  return {
    userId: owner.userId,
    masterKey: `ed25519:${own.publicKey}`,
    now: context.now,
    remembered: await rememberedManifests(session, own),
    judgeTakenBack: (copies) => judgeTakenBack(session, own, copies, context),
    refuse: (added, route) => refusalByLint(added, route, force),
    isApproved: async (manifest) => (await approvingKey(manifest, owner)).approvedBy !== undefined,
    approve: async (manifest) => {
      if (selfSigningKey === undefined) return manifest;
      const approve = (seed: Uint8Array<ArrayBuffer>): Promise<JsonObject> =>
        approveManifest(manifest, seed, selfSigningKey);
      const wanted = { purpose: "self-signing-key", publicKey: selfSigningKey, mayAsk: true } as const;
      // Without the key the manifest goes out unapproved, which its receipt says.
      return (await withCrossSigningSeed(session.client, wanted, approve, context.signal)) ?? manifest;
    },
  };
}

/**
 * Says which signatures a list of withdrawals takes back, by the key and the value that verification finds: nothing else tells
 * that an entry under another name is the one that was withdrawn.
 */
async function judgeTakenBack(
  { registry }: Session,
  own: OwnMasterKey,
  copies: readonly JsonObject[],
  { now, signal }: RouteContext,
): Promise<(signature: ExternalSignature, withdrawn: readonly Withdrawal[]) => boolean> {
  const isAnythingWithdrawn = copies.some(({ withdrawn }) => Array.isArray(withdrawn) && withdrawn.length > 0);
  const hashes = new Map<string, Withdrawal>();
  for (const signature of isAnythingWithdrawn ? copies.flatMap((copy) => entriesOf(copy, own.signable.userId)) : []) {
    const name = nameOf(signature);
    if (hashes.has(name)) continue;
    const { signer, valueHash } = await verifySignature(signature, own.signable, { registry, now: now(), signal });
    if (signer) hashes.set(name, { key: signer.keyHash, ...(valueHash !== undefined && { value: valueHash }) });
  }
  return (signature, withdrawn) => {
    const found = hashes.get(nameOf(signature));
    if (!found) return false;
    return withdrawn.some(({ key, value }) => key === found.key && (value === undefined || value === found.value));
  };
}

function nameOf({ keyId, value }: ExternalSignature): string {
  return canonicalJson([keyId, value]);
}

async function remember({ store, now }: Session, owner: ManifestOwner, manifest: JsonObject): Promise<void> {
  const seen = await seenManifest(manifest, owner, now());
  if (seen) await store.putManifests([seen]);
}

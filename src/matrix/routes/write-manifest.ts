import { canonicalJson } from "../../encoding/canonical-json.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { type ExternalSignature, externalSignatures } from "../../model/external-signature.js";
import type { RouteName } from "../../model/identity.js";
import { readManifest } from "../../model/manifest/manifest.js";
import { type ManifestChange, type NextManifest, nextManifest } from "../../model/manifest/next-manifest.js";
import { sameSignature } from "../../model/same-signature.js";
import { isUnknownEndpoint } from "../http.js";
import type { ManifestPlace } from "./manifest-place.js";
import type { RouteOutcome } from "./route.js";

/** Another device may write between reading and writing: so many times the merge is done anew. */
const maxMerges = 3;

/** What a manifest is written with. */
export interface ManifestWriting {
  readonly userId: string;
  /** `ed25519:<unpadded base64>`. */
  readonly masterKey: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Own manifests seen before, which a server may have lost since. */
  readonly remembered: readonly JsonObject[];
  /** Says of the signatures in these copies which are taken back by a list of withdrawals. */
  readonly judgeTakenBack: (
    copies: readonly JsonObject[],
  ) => Promise<Parameters<typeof nextManifest>[2]["isTakenBack"]>;
  /** The manifest with the owner's approval, or as it is where the key cannot be had. */
  readonly approve: (manifest: JsonObject) => Promise<JsonObject>;
  /** Whether a manifest carries an approval that holds. */
  readonly isApproved: (manifest: JsonObject) => Promise<boolean>;
  /** Why one of these signatures must not become public on a route; they do not stand there yet. */
  readonly refuse: (added: readonly ExternalSignature[], route: RouteName) => RouteOutcome | undefined;
}

/** What became of one copy. */
export interface PlaceOutcome extends RouteOutcome {
  readonly place: ManifestPlace;
}

/** What was written, and what became of each copy; places that hold none and were to be followed only are left out. */
export interface WrittenManifest {
  /** The manifest as it stands now wherever it was stored; absent where places were given and none could be read. */
  readonly manifest?: JsonObject;
  /** Whether it carries an approval that holds. */
  readonly isApproved: boolean;
  readonly outcomes: readonly PlaceOutcome[];
}

/**
 * Changes the owner's manifest in every place at once: reads all copies, merges, writes, reads back.
 *
 * A place that cannot be read is not written. What already says all that is not written again, so that trying anew after a
 * failure publishes nothing twice. Without any place the manifest is made all the same, for a bundle.
 *
 * @throws CountersignError `ERR_MANIFEST_SIZE`, `ERR_MANIFEST_MALFORMED`, `ERR_ABORTED`
 */
export async function writeManifest(
  places: readonly ManifestPlace[],
  change: ManifestChange,
  writing: ManifestWriting,
): Promise<WrittenManifest> {
  /** Everything that was read or written in this call: what another device overwrites meanwhile is merged again. */
  const known: JsonObject[] = [...writing.remembered];
  for (let merge = 1; ; merge++) {
    const read = await Promise.all(places.map((place) => readCopy(place, writing)));
    const copies = read.filter(({ place, copy, error }) => copy || !place.onlyIfPresent || isUnread(error));
    known.push(...copies.flatMap(({ copy }) => (copy ? [copy] : [])));
    const isAnyReadable = copies.some(({ error }) => error === undefined);
    if (!isAnyReadable && copies.some(({ error }) => isUnread(error))) {
      return { isApproved: false, outcomes: copies.map(unread) };
    }
    const manifest = await nextApproved(known, change, writing);
    const outcomes = await Promise.all(
      copies.map((one) => (one.error ? unread(one) : putCopy(one, manifest, writing))),
    );
    known.push(manifest);
    const isOverwritten = outcomes.some(({ accepted, stored }) => accepted && !stored);
    if (!isOverwritten || merge === maxMerges) {
      return { manifest, isApproved: await writing.isApproved(manifest), outcomes };
    }
  }
}

interface ReadCopy {
  readonly place: ManifestPlace;
  readonly copy?: JsonObject;
  readonly error?: CountersignError;
}

/** The own manifest as it stands, to build on: none for another master key; a broken one is an error, never overwritten. */
async function readCopy(place: ManifestPlace, { userId, masterKey }: ManifestWriting): Promise<ReadCopy> {
  try {
    const copy = await place.read();
    if (copy) readManifest(copy, { userId, masterKey, now: Number.POSITIVE_INFINITY });
    return { place, ...(copy && { copy }) };
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code === "ERR_ABORTED") throw error;
    return error.code === "ERR_MANIFEST_FOREIGN" ? { place } : { place, error };
  }
}

/** Whether something may stand there all the same; not where the server does not have such places at all. */
function isUnread(error: CountersignError | undefined): boolean {
  return error !== undefined && !isUnknownEndpoint(error);
}

function unread({ place, error }: ReadCopy): PlaceOutcome {
  return { place, accepted: false, stored: false, ...(error && { error }) };
}

async function nextApproved(known: readonly JsonObject[], change: ManifestChange, writing: ManifestWriting) {
  const { userId, masterKey } = writing;
  const copies = await credible(known, writing);
  const isTakenBack = await writing.judgeTakenBack(copies);
  const next: NextManifest = nextManifest(copies, change, { userId, masterKey, now: writing.now(), isTakenBack });
  if (!next.isNew && (await writing.isApproved(next.manifest))) return next.manifest;
  return writing.approve(next.manifest);
}

/**
 * The copies to build on: a server could have planted anything in one that nobody approved, and would have it approved now. One
 * is heeded only where it is newer than all that was approved, as another device without the self-signing key leaves it.
 */
async function credible(known: readonly JsonObject[], { isApproved }: ManifestWriting): Promise<JsonObject[]> {
  const approved = await Promise.all(known.map(isApproved));
  const newest = Math.max(...known.map(({ sequence }, index) => (approved[index] ? Number(sequence) : -1)));
  return known.filter(({ sequence }, index) => approved[index] || Number(sequence) > newest);
}

async function putCopy(
  { place, copy }: ReadCopy,
  manifest: JsonObject,
  writing: ManifestWriting,
): Promise<PlaceOutcome> {
  if (copy && isSame(copy, manifest)) return { place, accepted: true, stored: true, remarks: ["already-there"] };
  const held = copy ? entriesOf(copy, writing.userId) : [];
  const added = entriesOf(manifest, writing.userId).filter((one) => !held.some((other) => sameSignature(other, one)));
  const refusal = writing.refuse(added, place.route);
  if (refusal) return { place, ...refusal };
  try {
    await place.write(manifest);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code === "ERR_ABORTED") throw error;
    return { place, accepted: false, stored: false, error };
  }
  const written = await readCopy(place, writing);
  if (written.copy && isSame(written.copy, manifest)) return { place, accepted: true, stored: true };
  const error =
    written.error ?? new CountersignError("ERR_PUBLISH_FAILED", "the server said yes and stored something else");
  return { place, accepted: true, stored: false, error };
}

/** The signatures in a manifest. */
export function entriesOf({ external }: JsonObject, userId: string): ExternalSignature[] {
  return externalSignatures({ signatures: { [userId]: external } }, userId);
}

function isSame(copy: JsonObject, manifest: JsonObject): boolean {
  try {
    return canonicalJson(copy) === canonicalJson(manifest);
  } catch {
    return false;
  }
}

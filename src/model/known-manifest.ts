import { sha256, toHex, utf8 } from "../encoding/bytes.js";
import type { JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import type { IdentityProblem, Place } from "./identity.js";
import { type Manifest, maxSequenceAheadMs, readManifest } from "./manifest.js";
import { approvalBy, type ManifestOwner } from "./manifest-approval.js";
import type { SeenManifest } from "./seen-manifest.js";
import { signedBytes } from "./signable.js";

/** One copy of an owner's manifest, as a place serves it. */
export interface ManifestCopy {
  readonly place: Exclude<Place, "master-key">;
  /** The room in whose state it stands. */
  readonly roomId?: string;
  /** Word for word; absent, or `{}`, where the place was asked and holds nothing. */
  readonly content: JsonObject | undefined;
  /** Whether the owner is joined to that room now; `true` outside of rooms. */
  readonly ownerIsMember: boolean;
}

/** A manifest under a name for what it says: the same in every place, approval or not. */
export interface KnownManifest {
  /** SHA-256 of its signed bytes. */
  readonly id: string;
  readonly manifest: Manifest;
}

/** A manifest as one place serves it. */
export interface ServedManifest extends KnownManifest {
  readonly copy: ManifestCopy;
  readonly content: JsonObject;
  /** The key whose approval it carries. */
  readonly approvedBy?: string;
  readonly isBroken: boolean;
}

/** A manifest that a key of the owner approved, served now or seen before. */
export interface ApprovedManifest extends KnownManifest {
  readonly approvedBy: string;
}

/**
 * Reads one copy: whose it is, its size and form, its sequence, its approval.
 *
 * @param problems gets what is out of the ordinary; a manifest for another master key is what every identity reset leaves
 *   behind, and none
 * @returns nothing for a copy that does not count
 */
export async function readCopy(
  copy: ManifestCopy,
  owner: ManifestOwner,
  approvers: readonly string[],
  now: number,
  problems: Set<IdentityProblem>,
): Promise<ServedManifest[]> {
  const { content } = copy;
  if (content === undefined || Object.keys(content).length === 0) return [];
  const manifest = readContent(content, owner);
  if (!manifest) {
    if (!isForAnotherMasterKey(content, owner)) problems.add("manifest-malformed");
    return [];
  }
  if (manifest.sequence > now + maxSequenceAheadMs) {
    problems.add("manifest-ahead");
    return [];
  }
  if (manifest.isDamaged) problems.add("manifest-malformed");
  const approval = await approvalBy(content, owner.userId, approvers);
  return [{ id: await idOf(content), manifest, copy, content, ...approval }];
}

/**
 * Reads what was remembered for this master key. By whichever key it was approved: a server that leaves out the self-signing
 * key, or shows an older one, must not make a reader forget what that key took back.
 */
export async function readRemembered(seen: SeenManifest, owner: ManifestOwner): Promise<ApprovedManifest[]> {
  if (seen.userId !== owner.userId || seen.masterKey !== `ed25519:${owner.masterKey.publicKey}`) return [];
  const manifest = readContent(seen.manifest, owner);
  return manifest ? [{ id: await idOf(seen.manifest), manifest, approvedBy: seen.approvedBy }] : [];
}

/** Without regard to time: what was seen before counts on where the reader's clock was set back. */
function readContent(content: JsonObject, { userId, masterKey }: ManifestOwner): Manifest | undefined {
  try {
    return readManifest(content, {
      userId,
      masterKey: `ed25519:${masterKey.publicKey}`,
      now: Number.POSITIVE_INFINITY,
    });
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

function isForAnotherMasterKey({ user_id, master_key }: JsonObject, { userId, masterKey }: ManifestOwner): boolean {
  const isKeyName = typeof master_key === "string" && /^ed25519:[A-Za-z0-9+/]{43}=?$/.test(master_key);
  return user_id === userId && isKeyName && !master_key.startsWith(`ed25519:${masterKey.publicKey}`);
}

async function idOf(content: JsonObject): Promise<string> {
  try {
    return toHex(await sha256(signedBytes(content)));
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    // Without canonical JSON it can have no approval; it needs a name all the same.
    return `unsigned-${toHex(await sha256(utf8(JSON.stringify(content))))}`;
  }
}

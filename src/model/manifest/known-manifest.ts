import { sha256, toHex, utf8 } from "../../encoding/bytes.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import type { IdentityProblem, Place } from "../identity.js";
import { signatureIdentity } from "../same-signature.js";
import { signedBytes } from "../signable.js";
import { type Manifest, maxSequenceAheadMs, readManifest } from "./manifest.js";
import { approvalBy, type ManifestOwner } from "./manifest-approval.js";
import type { SeenManifest } from "./seen-manifest.js";

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
  /** The signatures that it holds, by {@link signatureIdentity}. */
  readonly identities: ReadonlySet<string>;
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
 * Reads copies: whose they are, their size and form, their sequence, their approval.
 *
 * @param problems gets what is out of the ordinary; a manifest for another master key is what every identity reset leaves
 *   behind, and none
 * @returns those that count
 */
export async function readCopies(
  copies: readonly ManifestCopy[],
  reader: CopyReader,
  problems: Set<IdentityProblem>,
): Promise<ServedManifest[]> {
  // Word for word the same in every place, as a rule: what is read once need not be verified again.
  const readings = new Map<string, Promise<ReadContent | IdentityProblem | undefined>>();
  const served = copies.map(async (copy): Promise<ServedManifest[]> => {
    const { content = {} } = copy;
    if (Object.keys(content).length === 0) return [];
    const text = textOf(content);
    const reading = readings.get(text) ?? readContent(content, reader);
    readings.set(text, reading);
    const read = await reading;
    if (typeof read !== "object") {
      if (read) problems.add(read);
      return [];
    }
    if (read.manifest.isDamaged) problems.add("manifest-malformed");
    return [{ ...read, copy, content }];
  });
  return (await Promise.all(served)).flat();
}

/** For whom and when copies are read. */
export interface CopyReader {
  readonly owner: ManifestOwner;
  /** As `approversOf` gives them. */
  readonly approvers: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

type ReadContent = Omit<ServedManifest, "copy" | "content">;

async function readContent(
  content: JsonObject,
  { owner, approvers, now }: CopyReader,
): Promise<ReadContent | IdentityProblem | undefined> {
  const manifest = tryReadManifest(content, owner);
  if (!manifest) return isForAnotherMasterKey(content, owner) ? undefined : "manifest-malformed";
  if (manifest.sequence > now + maxSequenceAheadMs) return "manifest-ahead";
  const approval = await approvalBy(content, owner.userId, approvers);
  return { ...(await known(content, manifest)), ...approval };
}

/**
 * Reads what was remembered for this master key. By whichever key it was approved: a server that leaves out the self-signing
 * key, or shows an older one, must not make a reader forget what that key took back.
 */
export async function readRemembered(seen: SeenManifest, owner: ManifestOwner): Promise<ApprovedManifest[]> {
  if (seen.userId !== owner.userId || seen.masterKey !== `ed25519:${owner.masterKey.publicKey}`) return [];
  const manifest = tryReadManifest(seen.manifest, owner);
  return manifest ? [{ ...(await known(seen.manifest, manifest)), approvedBy: seen.approvedBy }] : [];
}

/** Without regard to time: what was seen before counts on where the reader's clock was set back. */
function tryReadManifest(content: JsonObject, { userId, masterKey }: ManifestOwner): Manifest | undefined {
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

async function known(content: JsonObject, manifest: Manifest): Promise<KnownManifest> {
  const identities = manifest.external.flatMap((signature) => signatureIdentity(signature) ?? []);
  return { id: await idOf(content), manifest, identities: new Set(identities) };
}

/** JSON that is nested too deeply to be written is no manifest, whatever it is. */
function textOf(content: JsonObject): string {
  try {
    return JSON.stringify(content);
  } catch {
    return "";
  }
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

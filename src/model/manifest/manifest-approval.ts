import { encodeBase64 } from "../../encoding/base64.js";
import { type Bytes, sha256, toHex } from "../../encoding/bytes.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { lesserKeyOf } from "../cross-signing-key.js";
import { signEd25519 } from "../ed25519.js";
import { signerEntry } from "../external-signature.js";
import { isSignedBy } from "../matrix-signature.js";
import { type SignableObject, signedBytes } from "../signable.js";
import { assertManifestSize, isManifestMember } from "./manifest.js";
import type { SeenManifest } from "./seen-manifest.js";

/** The keys that speak for an owner, as a server serves them. */
export interface ManifestOwner {
  readonly userId: string;
  /** The master key being assessed. */
  readonly masterKey: SignableObject;
  /** What is served as self-signing key, signatures and all: it counts only if the master key signed it. */
  readonly selfSigningKey?: JsonObject;
}

/** What the signatures on a manifest say. */
export interface Approval {
  /** The key that approved it, `ed25519:<unpadded base64>`; absent where none did. */
  readonly approvedBy?: string;
  /** Whether it carries an approval that does not hold: it was changed, or the key is not the owner's. */
  readonly isBroken: boolean;
}

/**
 * The owner's key that approved `manifest`: the master key before the self-signing key.
 *
 * Signatures of others, and unknown ones beside one that holds, are ignored. Does not check whose manifest it is or for which
 * master key (`readManifest` does), nor whether the self-signing key is the newest that the owner has: only its server can tell.
 *
 * @see Matrix specification, appendices, "Checking for a signature"; PROTOCOL, "The owner's manifest"
 */
export async function approvingKey(manifest: JsonObject, owner: ManifestOwner): Promise<Approval> {
  return approvalBy(manifest, owner.userId, await approversOf(owner));
}

/** As {@link approvingKey}, with what {@link approversOf} said. */
export async function approvalBy(
  manifest: JsonObject,
  userId: string,
  approvers: readonly string[],
): Promise<Approval> {
  const entry = signerEntry(manifest, userId);
  const present = approvers.filter((name) => Object.hasOwn(entry, name));
  if (present.length === 0) return { isBroken: Object.keys(entry).some((name) => name.startsWith("ed25519:")) };
  const bytes = approvableBytes(manifest);
  const checks = present.map(async (name) => bytes !== undefined && isSignedBy(keyIn(name), entry[name], bytes));
  const holds = await Promise.all(checks);
  const approvedBy = present.find((_name, index) => holds[index]);
  return { ...(approvedBy !== undefined && { approvedBy }), isBroken: holds.includes(false) };
}

/**
 * What a key approved, with that approval alone: what else stands in `signatures` and `unsigned` nobody signed, and it could be
 * what no store takes.
 */
export function approvedPart(manifest: JsonObject, userId: string, approvedBy: string): JsonObject {
  const { signatures: _signatures, unsigned: _unsigned, ...approved } = manifest;
  return { ...approved, signatures: { [userId]: { [approvedBy]: signerEntry(manifest, userId)[approvedBy] } } };
}

/** The keys that may approve this owner's manifests, `ed25519:<unpadded base64>`: the one that outranks first. */
export async function approversOf(owner: ManifestOwner): Promise<readonly string[]> {
  const { userId, masterKey } = owner;
  if (masterKey.purpose !== "master-key" || masterKey.userId !== userId) return [];
  const selfSigningKey = await selfSigningKeyOf(owner);
  return [masterKey.publicKey, selfSigningKey].flatMap((key) => (key === undefined ? [] : [`ed25519:${key}`]));
}

/** The owner's self-signing key in unpadded base64, if it is one and the master key signed it. */
export async function selfSigningKeyOf(owner: ManifestOwner): Promise<string | undefined> {
  const { masterKey, selfSigningKey } = owner;
  return selfSigningKey && lesserKeyOf(selfSigningKey, "self-signing-key", masterKey);
}

/**
 * `manifest` approved with a key of its owner; whatever signatures it carried are gone.
 *
 * Signs nothing that could pass for another object that these keys sign (see `isManifestMember`).
 *
 * @param manifest as it will be written
 * @param seed 32 bytes of the self-signing (or master) key; the caller overwrites it
 * @param publicKey the public key that belongs to it, unpadded base64
 * @throws CountersignError `ERR_MANIFEST_APPROVAL` where seed and public key do not belong together, `ERR_MANIFEST_MALFORMED`,
 *   `ERR_MANIFEST_SIZE`, `ERR_OPTION_INVALID` for a seed of a wrong length, `ERR_JSON_VALUE`, `ERR_JSON_LIMIT`
 * @see Matrix specification, appendices, "Signing JSON"
 */
export async function approveManifest(manifest: JsonObject, seed: Bytes, publicKey: string): Promise<JsonObject> {
  const userId = Object.hasOwn(manifest, "user_id") ? manifest.user_id : undefined;
  if (typeof userId !== "string" || !Object.keys(manifest).every(isManifestMember)) {
    throw new CountersignError("ERR_MANIFEST_MALFORMED", "expected a manifest and nothing else");
  }
  const bytes = signedBytes(manifest);
  const signature = encodeBase64(await signEd25519(seed, bytes));
  if (!(await isSignedBy(publicKey, signature, bytes))) {
    throw new CountersignError("ERR_MANIFEST_APPROVAL", "expected the private part of this key, got another one's");
  }
  const approved = { ...manifest, signatures: { [userId]: { [`ed25519:${publicKey}`]: signature } } };
  assertManifestSize(approved);
  return approved;
}

/**
 * An approved manifest as readers remember it; `undefined` for one that is not approved.
 *
 * Does not check whose manifest it is.
 *
 * @param now milliseconds since 1970
 */
export async function seenManifest(
  manifest: JsonObject,
  owner: ManifestOwner,
  now: number,
): Promise<SeenManifest | undefined> {
  const { approvedBy } = await approvingKey(manifest, owner);
  if (approvedBy === undefined) return undefined;
  const masterKey = `ed25519:${owner.masterKey.publicKey}`;
  const digest = toHex(await sha256(signedBytes(manifest)));
  return {
    userId: owner.userId,
    masterKey,
    approvedBy,
    sequence: Number(manifest.sequence),
    digest,
    manifest,
    seenAt: now,
  };
}

function approvableBytes(manifest: JsonObject): Bytes | undefined {
  try {
    return Object.keys(manifest).every(isManifestMember) ? signedBytes(manifest) : undefined;
  } catch {
    return undefined;
  }
}

function keyIn(name: string): string {
  return name.slice("ed25519:".length);
}

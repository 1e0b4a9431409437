import type { JsonObject } from "matrix-countersign";
import { judgeManifests, type ManifestCopy } from "../../src/model/manifest/judge-manifests.js";
import type { ManifestOwner } from "../../src/model/manifest/manifest-approval.js";
import type { SeenManifest } from "../../src/model/manifest/seen-manifest.js";
import { readSignable } from "../../src/model/signable.js";
import { type CrossSigningKey, makeCrossSigningKey } from "./matrix-keys.js";

/** The moment at which the tests of manifests happen; sequences count from it. */
export const now = 1_795_000_000_000;

/** What a manifest holds; key IDs may be short: `"1"` stands for `custom:org.example.stamp:1`. */
export interface ManifestParts {
  readonly external?: Readonly<Record<string, unknown>>;
  readonly withdrawn?: readonly { readonly key: string; readonly value?: string }[];
  readonly [member: string]: unknown;
}

/** An owner with a master key and a self-signing key that it signed, who writes manifests. */
export interface ManifestAuthor {
  readonly owner: ManifestOwner;
  readonly masterKey: CrossSigningKey;
  readonly selfSigningKey: CrossSigningKey;
  /** `ed25519:…` as manifests name the master key. */
  readonly masterKeyName: string;
  /** An unapproved manifest whose sequence lies so many milliseconds behind `now`. */
  write(sequence: number, parts?: ManifestParts): JsonObject;
  /** It, approved by a key, by default the self-signing key. */
  approve(manifest: JsonObject, by?: CrossSigningKey): Promise<JsonObject>;
}

export async function makeAuthor(userId = "@alice:example.org"): Promise<ManifestAuthor> {
  const masterKey = await makeCrossSigningKey(userId);
  const selfSigningKey = await makeCrossSigningKey(userId, "self_signing");
  const masterKeyName = `ed25519:${masterKey.publicKey}`;
  const owner = {
    userId,
    masterKey: readSignable(masterKey.object, userId),
    selfSigningKey: await signedBy(masterKey, selfSigningKey.object),
  };
  return {
    owner,
    masterKey,
    selfSigningKey,
    masterKeyName,
    write: (sequence, { external = {}, ...parts } = {}) => ({
      user_id: userId,
      master_key: masterKeyName,
      sequence: now + sequence,
      external: Object.fromEntries(Object.entries(external).map(([key, value]) => [keyId(key), value])),
      withdrawn: [],
      ...parts,
    }),
    approve: (manifest, by = selfSigningKey) => signedBy(by, manifest),
  };
}

/** A copy of `object` with the key's signature on it, as Matrix signs JSON. */
export async function signedBy(key: CrossSigningKey, object: JsonObject): Promise<JsonObject> {
  const signature = await key.sign(object);
  return { ...object, signatures: { [key.userId]: { [`ed25519:${key.publicKey}`]: signature } } };
}

/** A whole key ID for a short one. */
export const keyId = (key: string): string => `custom:org.example.stamp:${key}`;

/** A profile field's copy. */
export const inProfile = (content: JsonObject | undefined): ManifestCopy => ({
  place: "profile-field",
  content,
  ownerIsMember: true,
});

/** A copy in the state of a room. */
export const inRoom = (content: JsonObject | undefined, ownerIsMember = true): ManifestCopy => ({
  place: "room-state",
  roomId: "!room:example.org",
  content,
  ownerIsMember,
});

/** A copy in an imported bundle. */
export const inBundle = (content: JsonObject): ManifestCopy => ({ place: "bundle", content, ownerIsMember: true });

/** What a reader remembers after it saw these copies. */
export async function rememberedOf(owner: ManifestOwner, ...copies: ManifestCopy[]): Promise<readonly SeenManifest[]> {
  return (await judgeManifests({ copies, remembered: [], owner, now })).remember;
}

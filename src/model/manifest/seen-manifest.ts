import type { JsonObject } from "../../encoding/json-object.js";

/** The newest approved manifest of one owner that this reader has seen: what shows that a server rolled one back. */
export interface SeenManifest {
  readonly userId: string;
  /** The master key that it is for, `ed25519:<unpadded base64>`. */
  readonly masterKey: string;
  /** The key that approved it, `ed25519:<unpadded base64>`: sequences are compared within one such key. */
  readonly approvedBy: string;
  readonly sequence: number;
  /** SHA-256 of the bytes that were approved, lower-case hexadecimal. */
  readonly digest: string;
  /** What was approved, word for word, with that approval. */
  readonly manifest: JsonObject;
  /** Milliseconds since 1970. */
  readonly seenAt: number;
}

/** Remembers the newest approved manifests across sessions. */
export interface ManifestMemory {
  /** What was seen of these users, by user; absent where nothing was. */
  getManifests(userIds: readonly string[]): Promise<Map<string, SeenManifest[]>>;
  /**
   * Remembers manifests. Of one owner, master key and approving key only the highest sequence stays, up to four of it where
   * they differ; for one master key, the eight seen last; of one owner, the four master keys seen first and the four seen last.
   */
  putManifests(manifests: readonly SeenManifest[]): Promise<void>;
}

/** A profile field as it was served, or that there was none. */
export interface CachedField {
  readonly userId: string;
  /** What stood in the field, word for word; absent where there was nothing. */
  readonly field?: JsonObject;
  /** Milliseconds since 1970. */
  readonly fetchedAt: number;
  /** First moment at which it must be asked for again, milliseconds since 1970. */
  readonly freshUntil: number;
}

/** Remembers profile fields for a while, so that a thousand users do not cost a thousand requests each time. */
export interface FieldCache {
  /** The fresh fields among these users', by user. */
  getFields(userIds: readonly string[]): Promise<Map<string, CachedField>>;
  putFields(fields: readonly CachedField[]): Promise<void>;
  /** Forgets the fields of these users. */
  deleteFields(userIds: readonly string[]): Promise<void>;
}

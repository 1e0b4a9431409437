import type { SignatureStatus } from "../report.js";

/** What is remembered of one signature on a key: enough to recognise it, not to verify it again. */
export interface SignatureTrace {
  /** The whole key ID; absent where it is longer than 255 UTF-16 units. */
  readonly keyId?: string;
  readonly algorithm: string;
  readonly status: SignatureStatus;
  /** SHA-256 of the signing key's SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly keyHash?: string;
  /** SHA-256 of the decoded signature, lower-case hexadecimal. */
  readonly valueHash?: string;
  /** When it was made, by its own word; milliseconds since 1970. */
  readonly createdAt?: number;
}

/**
 * What happened to a user's key.
 *
 * - `first-seen`: nothing was known of the user; the key is the pin from now on
 * - `changed`: another key than the pin was served for the first time; the pin stays
 * - `re-attested`: another key takes over, because it was signed after the pin was first seen
 * - `accepted`: another key takes over, because the user said so after the pin was first seen
 * - `rolled-back`: a superseded key was served again, noted once a key; the pin stays
 */
export type HistoryKind = "first-seen" | "changed" | "re-attested" | "accepted" | "rolled-back";

/** Something that happened to a user's key, not yet in a chain. */
export interface HistoryEvent {
  readonly kind: HistoryKind;
  readonly userId: string;
  /** The Ed25519 master key that was served, unpadded base64. */
  readonly masterKey: string;
  /** When it was seen or decided, by this reader's clock; milliseconds since 1970. */
  readonly at: number;
  /** Of `re-attested`: when the signature that convinced was made; milliseconds since 1970. */
  readonly attestedAt?: number;
  /** Of `accepted`: when the user decided; milliseconds since 1970. */
  readonly acceptedAt?: number;
  /** What hung on the key then, at most 16, valid ones first. */
  readonly signatures: readonly SignatureTrace[];
}

/** A link of the chain: an event with its place. What is hashed is its canonical JSON. */
export interface HistoryEntry extends HistoryEvent {
  /** 0 for the first, then without a gap. */
  readonly sequence: number;
  /** SHA-256 of the canonical JSON of the entry before, lower-case hexadecimal; of the first, 64 zeros. */
  readonly previous: string;
}

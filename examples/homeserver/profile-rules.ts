/** What can differ between two homeservers, as far as external signatures are concerned. */
import type { JsonObject } from "./json.js";
import type { RoomVersion } from "./room-versions.js";

export type ProfileName =
  | "msc2961"
  | "synapse-strict"
  | "synapse-1.161"
  | "dendrite"
  | "continuwuity"
  | "tuwunel"
  | "silent-drop";

/** How an error looks in `failures` or as an answer. */
export interface ErrorShape {
  readonly status: number;
  readonly errcode: string;
  readonly message: string;
}

/**
 * What happens to one external signature of an upload.
 *
 * - `store`: kept.
 * - `drop`: forgotten, without a word.
 * - an error: said in `failures`.
 * - `crash`: HTTP 500 for the whole request, nothing of it is kept.
 */
export type Fate = "store" | "drop" | "crash" | ErrorShape;

/** `POST /keys/signatures/upload`. */
export interface SignatureUploadRules {
  /** Whether Matrix's own `ed25519:` signatures are verified. */
  readonly verifies: boolean;
  /** A string under an external key ID. */
  readonly string: Fate;
  /** An object, or anything else that is no string, under an external key ID. */
  readonly object: Fate;
  /** A key ID without a colon. */
  readonly withoutColon: Fate;
  /** On which of the uploader's own keys external signatures are looked at; elsewhere they are dropped. */
  readonly externalOn: "master" | "every key";
  /** Whether one failure takes the other signatures of the same key in that request with it. */
  readonly failureLosesKey: boolean;
  /** Whether the uploaded object must be the stored one; servers that verify nothing do not look. */
  readonly comparesUnverified: boolean;
  /** Uploads need device keys of the uploader on the server. */
  readonly needsDeviceKeys: boolean;
  /** A signature is kept only on a key that already carries a `signatures` member. */
  readonly needsSignaturesMember: boolean;
  /** Greatest length of a `custom:` key ID and its value together, in code points. */
  readonly maxCustomLength: number | undefined;
  /** Whether `device_lists.changed` names the owner afterwards. */
  readonly announces: boolean;
  /** How the entries of `failures` name their text. */
  readonly failureMember: "error" | "message";
}

/** `POST /keys/device_signing/upload`. */
export interface KeyUploadRules {
  /** Whether self-signing and user-signing keys must be signed by the master key. */
  readonly verifies: boolean;
  /** Which signature values a key may carry; others are refused with `refusal`. */
  readonly values: "any" | "strings" | "base64";
  readonly refusal: ErrorShape;
  /** Whether a key ID without a colon passes. */
  readonly withoutColon: boolean;
  /** Greatest size of one decoded signature, in bytes. */
  readonly maxSignatureBytes: number | undefined;
  /** The very same public key again, after user-interactive auth. */
  readonly sameKey: "replaces" | "adds" | "crash";
  /** Whether the same set of public keys, all three, changes nothing whatever signatures they carry. */
  readonly ignoresSameSet: boolean;
  /** Whether signatures by others than the owner are kept. */
  readonly keepsForeignSigners: boolean;
}

export interface ServerProfile {
  readonly name: ProfileName;
  /** As the `Server` header and `/_matrix/federation/v1/version` say it. */
  readonly software: { readonly name: string; readonly version: string };
  readonly specVersions: readonly string[];
  readonly unstableFeatures: JsonObject;
  /**
   * Whether it has what is only proposed: scoped server keys (MSC4100), event-signing keys (MSC2757) and public user-signing keys
   * (MSC2882). Default no.
   */
  readonly proposals?: boolean;
  readonly minPasswordLength: number;
  /** The version of a room whose maker names none. */
  readonly defaultRoomVersion: RoomVersion;
  /** Arbitrary profile fields (MSC4133), or undefined where there are none. */
  readonly profileFields: { readonly unstablePath: boolean; readonly tooLarge: ErrorShape } | undefined;
  /** Whether all base64 is decoded and encoded again. */
  readonly reencodesBase64: boolean;
  /** `accident`: only the uploader, and whoever profits from the shared cache (see key-visibility.ts). */
  readonly visibility: "everyone" | "accident";
  readonly keyUpload: KeyUploadRules;
  readonly signatureUpload: SignatureUploadRules;
}

/**
 * Which list a server's keys come from. `all-purpose`: `/_matrix/key/v2`, keys that sign anything. `scoped`: `/_matrix/key/v3`
 * (MSC4100), keys that sign what their scope names. A key of one list never counts as one of the other, whatever its ID.
 */
export type ServerKeyKind = "all-purpose" | "scoped";

/** What a server's key is asked to have signed: an event of a room, or a request to another server. */
export type ServerKeyPurpose = "events" | "requests";

/** One signing key of a server. */
export interface ServerKey {
  /** `ed25519:<version>`. */
  readonly keyId: string;
  /** Unpadded base64 of 32 bytes. */
  readonly publicKey: string;
  /** What it may sign, word for word, unknown names too; absent for an all-purpose key. */
  readonly scope?: readonly string[];
  /** Milliseconds since 1970: when the server took it out of use. Absent for a current key. */
  readonly expiredAt?: number;
}

/**
 * The keys of one server as one verified answer lists them. Valid for a while: keep the answer and when it was fetched, and verify it
 * anew, where it must outlive the page.
 */
export interface ServerKeySet {
  readonly serverName: string;
  readonly kind: ServerKeyKind;
  /** Milliseconds since 1970: what the server says, at most 7 days from when it was verified. */
  readonly validUntil: number;
  /** Current and old keys by key ID. A current key without its own signature on the answer is left out. */
  readonly keys: ReadonlyMap<string, ServerKey>;
}

/**
 * What became of a server's answer.
 *
 * - `valid`
 * - `malformed`: not the members that the specification asks for, or one key ID both current and old
 * - `too-large`: more than 64 KiB, or 64 keys
 * - `wrong-server`: the answer of another server than the one asked for
 * - `wrong-kind`: scopes where all-purpose keys were asked for, or a key without one where scoped keys were
 * - `unproven`: no current key signed the answer
 */
export type ServerKeysCode = "valid" | "malformed" | "too-large" | "wrong-server" | "wrong-kind" | "unproven";

/** The verdict on a server's answer, with the keys where it is valid. */
export type ServerKeysVerdict =
  | { readonly status: "valid"; readonly code: "valid"; readonly keys: ServerKeySet }
  | { readonly status: "invalid"; readonly code: Exclude<ServerKeysCode, "valid"> };

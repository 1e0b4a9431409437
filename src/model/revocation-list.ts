import { encodeBase64, tryDecodeBase64 } from "../encoding/base64.js";
import { hasExactly, isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { isMilliseconds } from "./milliseconds.js";
import { isUserId } from "./user-id.js";

/** What an anchor took back of all that it signed. Times are milliseconds since 1970. */
export interface RevocationList {
  /** The `id` of the anchor. */
  readonly anchor: string;
  /** Of two lists the one with the higher sequence counts: milliseconds since 1970 when it was made, or one more than the last. */
  readonly sequence: number;
  /** From then on it is too old to prove that anything is not revoked. */
  readonly expiresAt: number;
  /** The master keys, in unpadded base64, that the anchor no longer vouches for, by user ID. */
  readonly revoked: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The most that a list may take with its signatures, in bytes of JSON. */
export const maxRevocationListBytes: number = 4 * 1024 * 1024;

/** The most entries that a list may have. */
const maxRevokedKeys = 40_000;

const maxAnchorIdChars = 255;

/**
 * Whether the anchor no longer vouches for this master key of this user. Does not look at the age of the list.
 *
 * @param masterKey unpadded base64
 */
export function isRevoked({ revoked }: RevocationList, userId: string, masterKey: string): boolean {
  return revoked.get(userId)?.has(masterKey) ?? false;
}

/**
 * Reads what is signed of a list of revocations: exactly `anchor`, `sequence`, `expires_ts` and `revoked`.
 *
 * An entry that cannot be read makes the whole list unreadable: nobody could tell what it was to take back. Verifies no signature,
 * and judges neither sequence nor age.
 *
 * @throws CountersignError `ERR_LIST_MALFORMED`
 * @see PROTOCOL, "Taking a vouch back: the signer"
 */
export function readRevocationList(content: JsonObject): RevocationList {
  if (!hasExactly(content, ["anchor", "sequence", "expires_ts", "revoked"])) throw malformed("its four members alone");
  const { anchor, sequence, expires_ts: expiresAt, revoked: entries } = content;
  if (typeof anchor !== "string" || anchor === "" || anchor.length > maxAnchorIdChars)
    throw malformed("an anchor's id");
  if (!isMilliseconds(sequence) || !isMilliseconds(expiresAt)) throw malformed("milliseconds since 1970");
  if (!Array.isArray(entries) || entries.length > maxRevokedKeys) {
    throw malformed(`a list of at most ${maxRevokedKeys} master keys`);
  }
  const revoked = new Map<string, Set<string>>();
  for (const entry of entries as readonly unknown[]) {
    const { userId, masterKey } = readEntry(entry);
    const keys = revoked.get(userId);
    if (keys) keys.add(masterKey);
    else revoked.set(userId, new Set([masterKey]));
  }
  return { anchor, sequence, expiresAt, revoked };
}

/** The list as it is signed: {@link readRevocationList} reads it back. */
export function revocationListContent({ anchor, sequence, expiresAt, revoked }: RevocationList): JsonObject {
  const entries = [...revoked].flatMap(([userId, keys]) =>
    [...keys].map((masterKey) => ({ user_id: userId, master_key: `ed25519:${masterKey}` })),
  );
  return { anchor, sequence, expires_ts: expiresAt, revoked: entries };
}

function readEntry(entry: unknown): { readonly userId: string; readonly masterKey: string } {
  if (!isJsonObject(entry) || !hasExactly(entry, ["user_id", "master_key"])) throw malformed("user_id and master_key");
  const { user_id: userId, master_key: name } = entry;
  if (typeof userId !== "string" || !isUserId(userId)) throw malformed("a Matrix user ID");
  const named = typeof name === "string" && name.startsWith("ed25519:") && name.length <= 64;
  const key = named ? tryDecodeBase64(name.slice("ed25519:".length)) : undefined;
  if (key?.length !== 32) throw malformed("a master key as ed25519: and base64");
  return { userId, masterKey: encodeBase64(key) };
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_LIST_MALFORMED", `expected ${expected} in a list of revocations`);
}

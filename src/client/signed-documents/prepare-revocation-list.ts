import type { SignatureAlgorithm } from "../../algorithms/algorithm.js";
import { utf8 } from "../../encoding/bytes.js";
import { canonicalJson, compareCodePoints } from "../../encoding/canonical-json.js";
import { CountersignError } from "../../errors.js";
import {
  maxRevocationListBytes,
  type RevocationList,
  readRevocationList,
  revocationListContent,
} from "../../model/revocation-list.js";
import { type DocumentRequest, documentRequest } from "./sign-document.js";
import { maxAheadMs } from "./verify-document.js";

/** A user's master key that an anchor no longer vouches for. */
export interface RevokedKey {
  readonly userId: string;
  /** Unpadded base64. */
  readonly masterKey: string;
}

/** What a new list is to say. Times are milliseconds since 1970. */
export interface RevocationListWishes {
  /** The `id` that readers' anchors have. */
  readonly anchor: string;
  /** Keys to take back, beside those of `previous`. */
  readonly revoked: readonly RevokedKey[];
  /** Keys of `previous` that the anchor vouches for again. */
  readonly restored?: readonly RevokedKey[];
  /** From when on readers must ask for a newer one. */
  readonly expiresAt: number;
  /** The list before this one, verified: who could change it could make the anchor forget what it took back. */
  readonly previous?: RevocationList;
  readonly now: number;
}

/** The name under which the bytes are saved before a `file` command. */
const fileName = "matrix-revocation-list.json";

/**
 * The request to sign an anchor's next list of revocations: everything that the one before took back, and more.
 *
 * To be signed by the anchor's own key: of a certification authority its own certificate's, which must be allowed to sign data.
 *
 * @throws CountersignError `ERR_LIST_MALFORMED` for keys, users or times that are none, a list that has ended already or follows
 *   that of another anchor, and more than 40,000 keys or 4 MiB; `ERR_ALGORITHM_CANNOT_SIGN`
 * @see PROTOCOL, "Taking a vouch back: the signer"
 */
export function prepareRevocationList(wishes: RevocationListWishes, algorithm: SignatureAlgorithm): DocumentRequest {
  const { anchor, expiresAt, previous, now } = wishes;
  if (previous && previous.anchor !== anchor) throw malformed("a list that follows one of the same anchor");
  if (!(expiresAt > now)) throw malformed("a list that ends in the future");
  const content = revocationListContent({
    anchor,
    expiresAt,
    sequence: nextSequence(wishes),
    revoked: nextKeys(wishes),
  });
  readRevocationList(content);
  if (utf8(canonicalJson(content)).length > maxRevocationListBytes) throw malformed("at most 4 MiB");
  return documentRequest(content, algorithm, fileName);
}

/** Readers ignore a sequence too far ahead, so one that ran ahead starts anew. */
function nextSequence({ previous, now }: RevocationListWishes): number {
  const time = Math.floor(now);
  const isHeeded = previous !== undefined && previous.sequence <= time + maxAheadMs;
  return isHeeded ? Math.max(time, previous.sequence + 1) : time;
}

function nextKeys({ previous, revoked, restored = [] }: RevocationListWishes): Map<string, Set<string>> {
  const next = new Map([...(previous?.revoked ?? [])].map(([userId, keys]) => [userId, new Set(keys)] as const));
  for (const { userId, masterKey } of restored) next.get(userId)?.delete(masterKey);
  for (const { userId, masterKey } of revoked) next.set(userId, new Set([...(next.get(userId) ?? []), masterKey]));
  return new Map([...next].sort(([a], [b]) => compareCodePoints(a, b)));
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_LIST_MALFORMED", `expected ${expected}`);
}

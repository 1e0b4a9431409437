import { decodeUtf8 } from "../../encoding/bytes.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { signerEntry } from "../external-signature.js";
import { isSignedBy } from "../matrix-signature.js";
import { signedBytes } from "../signable.js";
import type { ServerKey, ServerKeyKind, ServerKeyPurpose, ServerKeySet } from "./server-key-set.js";

/** What a signature of a server must be, and when it is judged. */
export interface ServerSignedExpectation {
  /**
   * Which list of keys counts: `scoped` for events of room version `org.matrix.msc4100.11` and requests under `X-Matrix-Scoped`,
   * `all-purpose` for all others.
   */
  readonly kind: ServerKeyKind;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * When the caller had the object at the latest, by a clock that the signer has no hand in, milliseconds since 1970. Default `now`.
   * An event's `origin_server_ts` is the signer's word: a stolen key writes what it likes there.
   */
  readonly seenAt?: number;
}

/**
 * What became of a server's signature.
 *
 * valid
 * - `valid`
 *
 * indeterminate
 * - `unknown-key`: signed with keys that are not in the set alone; ask the server anew
 * - `keys-stale`: right, and the set is too old to tell whether the key still counts; ask the server anew
 * - `time-unproven`: right under an old key, and nobody but the signer says that it was made in time
 *
 * invalid
 * - `wrong-object`: no event or request, or a request of another server
 * - `wrong-keys`: a set of another server, or of the other kind
 * - `not-signed`: no signature of this server's
 * - `wrong-scope`: its key may not sign this
 * - `key-expired`: by its own time made after the key had ended; a request under an old key
 * - `bad-signature`
 */
export type ServerSignedCode =
  | "valid"
  | "unknown-key"
  | "keys-stale"
  | "time-unproven"
  | "wrong-object"
  | "wrong-keys"
  | "not-signed"
  | "wrong-scope"
  | "key-expired"
  | "bad-signature";

/** The verdict on a server's signature. */
export interface ServerSignedVerdict {
  readonly status: "valid" | "invalid" | "indeterminate";
  readonly code: ServerSignedCode;
  /** The key that the verdict is about. */
  readonly keyId?: string;
}

/** The scope of MSC4100 that each purpose needs. */
const scopeOf: Readonly<Record<ServerKeyPurpose, string>> = { events: "m.events", requests: "m.requests" };

/** Of several signatures the one that says most counts: a relay can add others. */
const rank: readonly ServerSignedCode[] = ["valid", "keys-stale", "time-unproven", "wrong-scope", "key-expired"];
const undecided: readonly ServerSignedCode[] = ["unknown-key", "keys-stale", "time-unproven"];

/**
 * Verifies that a server signed an event or a request with a key that may: in scope, of the right list, in its time.
 *
 * The set speaks as if its keys had always had the scopes that it lists: for an object that was seen under an earlier answer hand in
 * that answer's set and `seenAt`. Does not check an event's hashes, nor that the server may speak for its sender; of a request not
 * its destination, nor whether it was made before.
 *
 * @param object the very object that was signed, `signatures` and all: an event in the redacted form of its room version, with its
 *   hashes; a request as `{ method, uri, origin, destination, content? }`. Hostile until proven otherwise
 * @param serverName whose signature it must carry
 * @param keys as `verifyServerKeys` returned them, never what was read from a store
 * @returns never throws for what a server wrote
 * @see Matrix specification, server-server API, "Request Authentication", "Validating hashes and signatures on received events", and
 *   room version 5, "Signing key validity period"; MSC4100
 */
export async function verifyServerSigned(
  object: unknown,
  serverName: string,
  purpose: ServerKeyPurpose,
  keys: ServerKeySet,
  expected: ServerSignedExpectation,
): Promise<ServerSignedVerdict> {
  if (keys.serverName !== serverName || keys.kind !== expected.kind) return verdict("wrong-keys");
  const signed = readSigned(object, serverName, purpose);
  if (!signed || !isJsonObject(object)) return verdict("wrong-object");
  const entry = signerEntry(object, serverName);
  if (Object.keys(entry).length === 0) return verdict("not-signed");
  const candidates = [...keys.keys.values()].filter(({ keyId }) => Object.hasOwn(entry, keyId));
  if (candidates.length === 0) return verdict("unknown-key");
  const verdicts = await Promise.all(
    candidates.map(async (key) => {
      const early = judgeKey(key, purpose, signed.madeAt);
      if (early) return verdict(early, key.keyId);
      if (!(await isSignedBy(key.publicKey, entry[key.keyId], signed.bytes))) {
        return verdict("bad-signature", key.keyId);
      }
      return verdict(judgeTime(key, keys.validUntil, signed.madeAt, expected), key.keyId);
    }),
  );
  const best = rank.flatMap((code) => verdicts.find((one) => one.code === code) ?? [])[0];
  return best ?? verdicts[0] ?? verdict("unknown-key");
}

/** What is wrong with a key whatever it signed. */
function judgeKey(key: ServerKey, purpose: ServerKeyPurpose, madeAt: number | undefined): ServerSignedCode | undefined {
  if (key.scope && !key.scope.includes(scopeOf[purpose])) return "wrong-scope";
  if (key.expiredAt === undefined) return undefined;
  return madeAt === undefined || madeAt > key.expiredAt ? "key-expired" : undefined;
}

/** A key that ended counts for what others than the signer saw before, too: or who steals it signs the past. */
function judgeTime(
  key: ServerKey,
  validUntil: number,
  madeAt: number | undefined,
  { now, seenAt = now }: ServerSignedExpectation,
): ServerSignedCode {
  const existedAt = Math.min(seenAt, now);
  if (key.expiredAt !== undefined) return existedAt <= key.expiredAt ? "valid" : "time-unproven";
  return existedAt <= validUntil && (madeAt ?? now) <= validUntil ? "valid" : "keys-stale";
}

interface Signed {
  readonly bytes: ReturnType<typeof signedBytes>;
  /** When it was made by its own word; absent where it has none. */
  readonly madeAt?: number;
}

/** Reads what the signed bytes alone say, so that what is signed for one purpose never passes for the other. */
function readSigned(object: unknown, serverName: string, purpose: ServerKeyPurpose): Signed | undefined {
  try {
    const bytes = signedBytes(object as JsonObject);
    const members = new Map(Object.entries(JSON.parse(decodeUtf8(bytes) ?? "{}") as JsonObject));
    const isText = (name: string): boolean => typeof members.get(name) === "string";
    const lacks = (names: readonly string[]): boolean => !names.some((name) => members.has(name));
    if (purpose === "requests") {
      const isRequest = ["method", "uri", "destination"].every(isText) && members.get("origin") === serverName;
      return isRequest && lacks(["type", "sender", "verify_keys"]) ? { bytes } : undefined;
    }
    const madeAt = members.get("origin_server_ts");
    const isEvent = ["type", "sender"].every(isText) && isJsonObject(members.get("hashes"));
    if (!isEvent || !lacks(["method", "uri", "verify_keys"])) return undefined;
    return typeof madeAt === "number" && madeAt >= 0 ? { bytes, madeAt } : undefined;
  } catch {
    return undefined;
  }
}

function verdict(code: ServerSignedCode, keyId?: string): ServerSignedVerdict {
  const status = code === "valid" ? "valid" : undecided.includes(code) ? "indeterminate" : "invalid";
  return { status, code, ...(keyId !== undefined && { keyId }) };
}

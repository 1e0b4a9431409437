import { encodeBase64, tryDecodeBase64 } from "../../encoding/base64.js";
import { decodeUtf8 } from "../../encoding/bytes.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { signerEntry } from "../external-signature.js";
import { isSignedBy } from "../matrix-signature.js";
import { isMilliseconds } from "../milliseconds.js";
import { signedBytes } from "../signable.js";
import type { ServerKey, ServerKeyKind, ServerKeySet, ServerKeysCode, ServerKeysVerdict } from "./server-key-set.js";

/** What an answer must be. */
export interface ServerKeysExpectation {
  /** The server asked for, word for word, port included. */
  readonly serverName: string;
  /** The list asked for: the address that was asked decides, never the answer. */
  readonly kind: ServerKeyKind;
  /** When the answer was fetched, milliseconds since 1970. */
  readonly now: number;
}

type Fault = Exclude<ServerKeysCode, "valid">;

/** The specification's cap on what a server says of its keys' life. */
const maxLifeMs = 7 * 24 * 60 * 60 * 1000;
const maxAnswerBytes = 64 * 1024;
const maxKeys = 64;
const maxScopes = 64;
const maxTextChars = 255;
const keyIdGrammar = /^ed25519:[A-Za-z0-9_]{1,247}$/;

/**
 * Verifies what a server says its signing keys are: `/_matrix/key/v2/server`, or `/_matrix/key/v3/server` of MSC4100.
 *
 * A current key counts only if it signed the answer itself; old keys need no signature of their own. Keys of other algorithms and
 * with malformed IDs are left out. Unknown and empty scopes leave a key valid, for what its scope names.
 *
 * Does not say that these are the server's keys: whoever makes keys can sign a list of them. That follows from where the answer was
 * fetched (over https from the server itself). Nor does an old answer show what changed since: a scope that was taken away stands in it
 * until `validUntil`.
 *
 * @param answer as served, parsed: hostile until proven otherwise
 * @returns never throws for what a server wrote
 * @see Matrix specification, server-server API, "Publishing keys"; MSC4100
 */
export async function verifyServerKeys(
  answer: unknown,
  { serverName, kind, now }: ServerKeysExpectation,
): Promise<ServerKeysVerdict> {
  if (!isJsonObject(answer)) return invalid("malformed");
  const bytes = trySignedBytes(answer);
  if (!bytes) return invalid("malformed");
  if (bytes.length > maxAnswerBytes) return invalid("too-large");
  // What was signed is what is read, whatever else the object may say.
  const signed = JSON.parse(decodeUtf8(bytes) ?? "{}") as JsonObject;
  if (member(signed, "server_name") !== serverName) return invalid("wrong-server");
  const current = readKeys(member(signed, "verify_keys"), kind, false);
  const old = readKeys(member(signed, "old_verify_keys") ?? {}, kind, true);
  if (typeof current === "string") return invalid(current);
  if (typeof old === "string") return invalid(old);
  const statedUntil = member(signed, "valid_until_ts");
  if (!isMilliseconds(statedUntil) || current.some(({ keyId }) => old.some((other) => other.keyId === keyId))) {
    return invalid("malformed");
  }
  const entry = signerEntry(answer, serverName);
  const proofs = current.map(({ keyId, publicKey }) =>
    isSignedBy(publicKey, Object.hasOwn(entry, keyId) ? entry[keyId] : undefined, bytes),
  );
  const holds = await Promise.all(proofs);
  const proven = current.filter((_key, index) => holds[index]);
  if (proven.length === 0) return invalid("unproven");
  const keys: ServerKeySet = {
    serverName,
    kind,
    validUntil: Math.min(statedUntil, now + maxLifeMs),
    keys: new Map([...proven, ...old].map((key) => [key.keyId, key])),
  };
  return { status: "valid", code: "valid", keys };
}

/** The Ed25519 keys of one list, or what is wrong with it. */
function readKeys(list: unknown, kind: ServerKeyKind, isOld: boolean): ServerKey[] | Fault {
  if (!isJsonObject(list)) return "malformed";
  const entries = Object.entries(list);
  if (entries.length > maxKeys) return "too-large";
  const keys: ServerKey[] = [];
  for (const [keyId, value] of entries) {
    // Of every key, also of those left out: an answer of the wrong kind is one as a whole.
    const hasScope = isJsonObject(value) && Object.hasOwn(value, "scope");
    if (isJsonObject(value) && hasScope !== (kind === "scoped")) return "wrong-kind";
    if (!keyIdGrammar.test(keyId)) continue;
    const key = readKey(keyId, value, isOld);
    if (!key) return "malformed";
    keys.push(key);
  }
  return keys;
}

function readKey(keyId: string, value: unknown, isOld: boolean): ServerKey | undefined {
  if (!isJsonObject(value)) return undefined;
  const text = member(value, "key");
  const bytes = typeof text === "string" && text.length <= maxTextChars ? tryDecodeBase64(text) : undefined;
  if (bytes?.length !== 32) return undefined;
  const expiredAt = isOld ? member(value, "expired_ts") : undefined;
  if (isOld && !isMilliseconds(expiredAt)) return undefined;
  const scope = member(value, "scope");
  if (scope !== undefined && !isScope(scope)) return undefined;
  return {
    keyId,
    publicKey: encodeBase64(bytes),
    ...(scope !== undefined && { scope: [...scope] }),
    ...(isMilliseconds(expiredAt) && { expiredAt }),
  };
}

function isScope(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > maxScopes) return false;
  return value.every((name) => typeof name === "string" && name.length <= maxTextChars);
}

function trySignedBytes(answer: JsonObject): ReturnType<typeof signedBytes> | undefined {
  try {
    return signedBytes(answer);
  } catch {
    return undefined;
  }
}

function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function invalid(code: Fault): ServerKeysVerdict {
  return { status: "invalid", code };
}

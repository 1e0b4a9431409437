import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import type { LintRule } from "../model/lint/finding.js";
import { minKeyIdChars } from "../model/lint/key-id-rules.js";
import { isReadableKeyId, isReadableText, isReadableUserId } from "../model/lint/readable.js";
import { isUserId, serverNameOf } from "../model/user-id.js";
import { type MatrixHttp, path } from "./http.js";

/** A client stack: `element` is matrix-rust-sdk, and with it matrix-js-sdk. */
export type ClientStack = "element" | "mautrix-go" | "matrix-dart-sdk";

/** One thing on a key that a client stack does not survive. */
export interface Breakage {
  /** The key that it hangs on. A user-signing key is served to its owner alone, so only the owner's own clients suffer. */
  readonly key: "master-key" | "self-signing-key" | "user-signing-key";
  /** The signer entry, word for word; absent where all of `signatures` is at fault. */
  readonly signer?: string;
  /** The key ID, word for word; absent where the whole entry of the signer is at fault. */
  readonly keyId?: string;
  /** The rule of the lint that would have told; `malformed-signatures` for what is no map of signatures at all. */
  readonly rule: LintRule | "malformed-signatures";
  readonly breaks: readonly ClientStack[];
}

/** Why clients cannot read a user's keys, as far as signatures are the cause. */
export interface Diagnosis {
  readonly breakages: readonly Breakage[];
  /** Whether Element drops the identity: no verification, no shield, for the user-signing key on the owner's own devices. */
  readonly isBrokenForElement: boolean;
  /** Why there was nothing to look at, which says nothing about how the user fares. */
  readonly problem?: "no-keys" | "server-unreachable";
}

const keyLists = [
  ["master_keys", "master-key"],
  ["self_signing_keys", "self-signing-key"],
  ["user_signing_keys", "user-signing-key"],
] as const;

/**
 * Asks the own homeserver for one user's cross-signing keys and finds every signature on them that makes clients drop the
 * identity, or throw.
 *
 * Reads whatever is served, however malformed. Does not verify any signature, nor find other reasons why a client could refuse
 * the keys: a wrong usage, a missing self-signing key.
 *
 * @throws HttpError; CountersignError `ERR_OPTION_INVALID` for what is no user ID, `ERR_ABORTED`
 */
export async function diagnose(http: MatrixHttp, userId: string, signal?: AbortSignal): Promise<Diagnosis> {
  if (!isUserId(userId)) throw new CountersignError("ERR_OPTION_INVALID", "expected a Matrix user ID");
  const answer = await http.request({
    method: "POST",
    path: path("keys", "query"),
    prefixes: ["r0"],
    body: { device_keys: Object.fromEntries([[userId, []]]) },
    ...(signal && { signal }),
  });
  return diagnoseAnswer(answer, userId);
}

/** Finds in an answer to `/keys/query` what {@link diagnose} finds. */
export function diagnoseAnswer(answer: JsonObject, userId: string): Diagnosis {
  const keys = keyLists.flatMap(([list, key]) => {
    const object = member(answer[list], userId);
    return isJsonObject(object) ? [{ key, object }] : [];
  });
  const breakages = keys.flatMap(({ key, object }) => breakagesOn(object).map((found) => ({ key, ...found })));
  const isBrokenForElement = breakages.some(({ breaks }) => breaks.includes("element"));
  if (keys.length > 0) return { breakages, isBrokenForElement };
  const isDown = member(answer.failures, serverNameOf(userId)) !== undefined;
  return { breakages, isBrokenForElement, problem: isDown ? "server-unreachable" : "no-keys" };
}

type Found = Omit<Breakage, "key">;

function breakagesOn(object: JsonObject): Found[] {
  if (!Object.hasOwn(object, "signatures")) return [];
  const { signatures } = object;
  if (!isJsonObject(signatures)) return [{ rule: "malformed-signatures", breaks: refusingMap(signatures) }];
  return Object.entries(signatures).flatMap(([signer, entry]) => [
    ...signerBreakages(signer),
    ...(isJsonObject(entry)
      ? Object.entries(entry).flatMap(([keyId, value]) => signatureBreakages(signer, keyId, value))
      : [{ signer, rule: "malformed-signatures" as const, breaks: refusingMap(entry) }]),
  ]);
}

function signerBreakages(signer: string): Found[] {
  return isReadableUserId(signer) ? [] : [{ signer, rule: "signer-not-user-id", breaks: ["element"] }];
}

function signatureBreakages(signer: string, keyId: string, value: unknown): Found[] {
  const found: Found[] = [];
  if (!isReadableText(value)) found.push({ signer, keyId, rule: "object-value", breaks: refusingText(value) });
  if (!keyId.includes(":")) found.push({ signer, keyId, rule: "key-id-no-colon", breaks: ["element"] });
  else if (!isReadableKeyId(keyId)) found.push({ signer, keyId, rule: "key-id-malformed", breaks: ["element"] });
  // matrix-dart-sdk leaves out what is no text before it cuts `ed25519:` off.
  if (typeof value === "string" && keyId.length < minKeyIdChars) {
    found.push({ signer, keyId, rule: "key-id-short", breaks: ["matrix-dart-sdk"] });
  }
  return found;
}

/** Go takes `null` for empty text, and mends text that is not well-formed; Rust does neither. */
function refusingText(value: unknown): ClientStack[] {
  return value === null || typeof value === "string" ? ["element"] : ["element", "mautrix-go"];
}

function refusingMap(value: unknown): ClientStack[] {
  return value === null ? ["element"] : ["element", "mautrix-go"];
}

function member(map: unknown, name: string): unknown {
  return isJsonObject(map) && Object.hasOwn(map, name) ? map[name] : undefined;
}

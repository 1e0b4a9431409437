import { utf8 } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical-json.js";
import type { JsonObject } from "../encoding/parse-json.js";
import { CountersignError } from "../errors.js";
import { type ExternalSignature, isSignatureValue } from "./external-signature.js";
import { parseKeyId } from "./key-id.js";
import { isJsonObject } from "./signable.js";

/** The name of the profile field, and of the state event's type, that holds an owner's manifest. */
export const manifestName = "org.matrix.msc2961.signatures";

/** The most that a manifest may take, in bytes of canonical JSON. */
export const maxManifestBytes: number = 32 * 1024;

const dayMs = 24 * 60 * 60 * 1000;
const sha256Hex = /^[0-9a-f]{64}$/;

/** What an owner took back: a key, or one signature of that key. */
export interface Withdrawal {
  /** `keyHash` of the signer, as a verdict reports it. */
  readonly key: string;
  /** SHA-256 of the decoded signature; without it everything by that key, except what this manifest holds. */
  readonly value?: string;
}

/** An owner's manifest: the external signatures on one master key, for servers that refuse, hide or forget them. */
export interface Manifest {
  readonly userId: string;
  /** `ed25519:<unpadded base64>`. */
  readonly masterKey: string;
  /** Milliseconds since 1970 or one more than the last, whichever is greater. */
  readonly sequence: number;
  readonly external: readonly ExternalSignature[];
  readonly withdrawn: readonly Withdrawal[];
}

/**
 * Reads a manifest as it stands in a profile field.
 *
 * Checks size, form, whose it is, which master key it is for and that its sequence lies at most a day ahead. Does not
 * verify its approval or any signature in it, nor whether a newer one was seen. Signatures under key IDs that are no
 * external ones are left out.
 *
 * @param expected whose manifest, for which master key, read at which time (milliseconds since 1970; `Infinity` for the
 *   owner, who may mend a sequence that ran ahead)
 * @throws CountersignError `ERR_MANIFEST_FOREIGN` (of another user, for another master key, or no manifest at all),
 *   `ERR_MANIFEST_SIZE`, `ERR_MANIFEST_MALFORMED`
 */
export function readManifest(
  value: unknown,
  expected: { readonly userId: string; readonly masterKey: string; readonly now: number },
): Manifest {
  if (!isJsonObject(value)) throw foreign();
  if (encodedSize(value) > maxManifestBytes) {
    throw new CountersignError("ERR_MANIFEST_SIZE", `expected a manifest of at most ${maxManifestBytes} bytes`);
  }
  const { user_id: userId, master_key: masterKey, sequence, external, withdrawn = [] } = { ...emptyManifest, ...value };
  if (userId !== expected.userId || masterKey !== expected.masterKey) throw foreign();
  if (!Number.isSafeInteger(sequence) || Number(sequence) < 0) throw malformed("a whole sequence number");
  if (Number(sequence) > expected.now + dayMs) throw malformed("a sequence at most a day ahead");
  if (!isJsonObject(external) || !Array.isArray(withdrawn)) throw malformed("external signatures and withdrawals");
  return {
    userId,
    masterKey,
    sequence: Number(sequence),
    external: Object.entries(external).flatMap(([keyId, signature]) =>
      parseKeyId(keyId) && isSignatureValue(signature) ? [{ userId, keyId, value: signature }] : [],
    ),
    withdrawn: withdrawn.map(readWithdrawal),
  };
}

/**
 * The manifest that follows `previous` with one signature more, or another under the same key ID; whatever else it held
 * stays.
 *
 * @param previous the last manifest for the same master key, if there is one
 * @returns the JSON to write
 * @throws CountersignError `ERR_MANIFEST_SIZE` where it would not fit; nothing is dropped to make it fit
 */
export function nextManifest(
  previous: Manifest | undefined,
  masterKey: string,
  signature: ExternalSignature,
  now: number,
): JsonObject {
  const kept = (previous?.external ?? []).filter(({ keyId }) => keyId !== signature.keyId);
  const manifest: JsonObject = {
    user_id: signature.userId,
    master_key: masterKey,
    sequence: nextSequence(previous?.sequence ?? 0, Math.floor(now)),
    external: Object.fromEntries([...kept, signature].map(({ keyId, value }) => [keyId, value])),
    withdrawn: previous?.withdrawn ?? [],
  };
  if (encodedSize(manifest) > maxManifestBytes) {
    throw new CountersignError("ERR_MANIFEST_SIZE", `expected a manifest of at most ${maxManifestBytes} bytes`);
  }
  return manifest;
}

const emptyManifest: JsonObject = { external: {}, withdrawn: [] };

/** Readers ignore a sequence more than a day ahead, so one that ran ahead starts anew. */
function nextSequence(last: number, now: number): number {
  return last > now + dayMs ? now : Math.max(last + 1, now);
}

function readWithdrawal(entry: unknown): Withdrawal {
  const { key, value } = isJsonObject(entry) ? entry : {};
  const valid = typeof key === "string" && sha256Hex.test(key);
  if (!valid) throw malformed("withdrawals by key hash");
  if (value === undefined) return { key };
  if (typeof value !== "string" || !sha256Hex.test(value)) throw malformed("withdrawn values by hash");
  return { key, value };
}

function encodedSize(value: JsonObject): number {
  try {
    return utf8(canonicalJson(value)).length;
  } catch (cause) {
    throw new CountersignError("ERR_MANIFEST_MALFORMED", "expected canonical JSON data", { cause });
  }
}

function foreign(): CountersignError {
  return new CountersignError("ERR_MANIFEST_FOREIGN", "expected this user's manifest for the current master key");
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_MANIFEST_MALFORMED", `expected ${expected}, got something else`);
}

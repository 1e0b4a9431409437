import { tryDecodeBase64 } from "../../encoding/base64.js";
import { equalBytes, utf8 } from "../../encoding/bytes.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { type ExternalSignature, isSignatureValue } from "../external-signature.js";
import { parseKeyId } from "../key-id.js";

/** The name of the profile field, and of the state event's type, that holds an owner's manifest. */
export const manifestName = "org.matrix.msc2961.signatures";

/** The most that a manifest may take, in bytes of JSON without white space. */
export const maxManifestBytes: number = 32 * 1024;

/** A sequence further ahead than this is ignored by readers. */
export const maxSequenceAheadMs: number = 24 * 60 * 60 * 1000;

const memberNames: ReadonlySet<string> = new Set([
  "user_id",
  "master_key",
  "sequence",
  "external",
  "withdrawn",
  "signatures",
  "unsigned",
]);

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
  /** Whether some of its signatures or withdrawals could not be read and are left out. */
  readonly isDamaged: boolean;
}

/** Whose manifest is expected, for which master key, and when it is read. */
export interface ManifestExpectation {
  readonly userId: string;
  /** `ed25519:<unpadded base64>`. */
  readonly masterKey: string;
  /** Milliseconds since 1970; `Infinity` for the owner, who may mend a sequence that ran ahead. */
  readonly now: number;
}

/**
 * Reads a manifest as it stands in a profile field.
 *
 * Checks size, form, whose it is, which master key it is for and that its sequence lies at most a day ahead. One entry that
 * cannot be read takes no other with it. Does not verify its approval or any signature in it, nor whether a newer one was
 * seen.
 *
 * @throws CountersignError `ERR_MANIFEST_FOREIGN` (of another user, for another master key, or no manifest at all),
 *   `ERR_MANIFEST_SIZE`, `ERR_MANIFEST_MALFORMED`
 */
export function readManifest(value: unknown, expected: ManifestExpectation): Manifest {
  const { userId, masterKey, now } = expected;
  if (!isJsonObject(value) || value.user_id !== userId || !isSameKey(value.master_key, masterKey)) {
    throw new CountersignError("ERR_MANIFEST_FOREIGN", "expected this user's manifest for the current master key");
  }
  assertManifestSize(value);
  const { sequence, external = {}, withdrawn = [] } = value;
  if (!Number.isSafeInteger(sequence) || Number(sequence) < 0) throw malformed("a whole sequence number");
  if (Number(sequence) > now + maxSequenceAheadMs) throw malformed("a sequence at most a day ahead");
  const entries = isJsonObject(external) ? Object.entries(external).filter(([keyId]) => parseKeyId(keyId)) : [];
  const signatures = entries.flatMap(([keyId, entry]) =>
    isSignatureValue(entry) ? [{ userId, keyId, value: entry }] : [],
  );
  const listed: unknown[] = Array.isArray(withdrawn) ? withdrawn : [];
  const withdrawals = listed.flatMap(readWithdrawal);
  const isWhole = isJsonObject(external) && Array.isArray(withdrawn);
  const isDamaged = !isWhole || signatures.length < entries.length || withdrawals.length < listed.length;
  return { userId, masterKey, sequence: Number(sequence), external: signatures, withdrawn: withdrawals, isDamaged };
}

/**
 * Checks that a manifest is small enough for every reader.
 *
 * @throws CountersignError `ERR_MANIFEST_SIZE`
 */
export function assertManifestSize(manifest: JsonObject): void {
  if (sizeBytes(manifest) <= maxManifestBytes) return;
  throw new CountersignError("ERR_MANIFEST_SIZE", `expected a manifest of at most ${maxManifestBytes} bytes`);
}

/**
 * Whether a manifest that the owner approves may have a member of this name: those of PROTOCOL, and foreign ones with a dot in
 * their name, as reverse-domain names have.
 *
 * The keys that approve manifests also sign devices, other cross-signing keys and key backups, all of which allow members that
 * they do not know. A server that plants `device_id` and `keys`, or `public_key`, in what its user approves next would get one
 * of those signed. None of them can do without members whose names hold no dot.
 */
export function isManifestMember(name: string): boolean {
  return memberNames.has(name) || name.includes(".");
}

/** Compared after decoding: padding does not make another key. */
function isSameKey(name: unknown, expected: string): boolean {
  if (name === expected) return true;
  if (typeof name !== "string" || !name.startsWith("ed25519:")) return false;
  const [one, other] = [name, expected].map((text) => tryDecodeBase64(text.slice("ed25519:".length)));
  return one !== undefined && other !== undefined && equalBytes(one, other);
}

/** JSON that engines parse can be nested too deeply for them to write it. */
function sizeBytes(manifest: JsonObject): number {
  try {
    return utf8(JSON.stringify(manifest)).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function readWithdrawal(entry: unknown): Withdrawal[] {
  const { key, value } = isJsonObject(entry) ? entry : {};
  if (typeof key !== "string" || !sha256Hex.test(key)) return [];
  if (value === undefined) return [{ key }];
  return typeof value === "string" && sha256Hex.test(value) ? [{ key, value }] : [];
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_MANIFEST_MALFORMED", `expected ${expected}, got something else`);
}

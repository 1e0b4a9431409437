import { canonicalJson } from "../../encoding/canonical-json.js";
import { compareText } from "../../encoding/compare-text.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { type ExternalSignature, isSignatureValue } from "../external-signature.js";
import { parseKeyId } from "../key-id.js";
import { isManifestMember, type Manifest, maxSequenceAheadMs, readManifest, type Withdrawal } from "./manifest.js";

/** Whose manifest is written, and when. */
export interface ManifestWriter {
  readonly userId: string;
  /** `ed25519:<unpadded base64>`. */
  readonly masterKey: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether one of these withdrawals takes the signature back, by the key and value that verifying it finds. */
  readonly isTakenBack: (signature: ExternalSignature, withdrawn: readonly Withdrawal[]) => boolean;
}

/** An own manifest that can be built on. */
export interface OwnCopy {
  readonly json: JsonObject;
  readonly manifest: Manifest;
  readonly external: JsonObject;
  readonly withdrawn: readonly unknown[];
  /** Its sequence ran ahead so far that readers ignore it. */
  readonly isAhead: boolean;
}

/** What several copies hold together, by name and word for word. */
export interface MergedManifest {
  readonly external: ReadonlyMap<string, unknown>;
  readonly withdrawn: readonly unknown[];
  /** Members that PROTOCOL does not have. */
  readonly others: ReadonlyMap<string, unknown>;
}

const ownMembers: ReadonlySet<string> = new Set(["user_id", "master_key", "sequence", "external", "withdrawn"]);

/**
 * The own copies among `copies`, newest first; the order in which they came does not matter. One whose sequence ran ahead comes
 * behind all others, as no reader heeds it.
 *
 * @throws CountersignError `ERR_MANIFEST_MALFORMED`, `ERR_MANIFEST_SIZE` for a copy that nothing can be built on, since what it
 *   holds would be lost; a copy of another user or for another master key is left out
 */
export function ownCopies(copies: readonly JsonObject[], { userId, masterKey, now }: ManifestWriter): OwnCopy[] {
  const own = copies.flatMap((json) => readOwn(json, userId, masterKey, now));
  const texts = new Map(own.map((copy) => [copy, JSON.stringify(copy.json)]));
  const textOf = (copy: OwnCopy): string => texts.get(copy) ?? "";
  return own.sort(
    (a, b) =>
      Number(a.isAhead) - Number(b.isAhead) ||
      b.manifest.sequence - a.manifest.sequence ||
      compareText(textOf(a), textOf(b)),
  );
}

/** The copies of the highest sequence: more than one where two devices wrote at once, or where several places agree. */
export function newestOf(copies: readonly OwnCopy[]): OwnCopy[] {
  const [first] = copies;
  return copies.filter(({ manifest }) => manifest.sequence === first?.manifest.sequence);
}

/**
 * All that the copies hold: every withdrawal, and every signature that is not taken back. Of two values under one key ID, the
 * newer copy's.
 *
 * What the newest copy holds stays, whatever an older one took back. What stands in older copies alone and was withdrawn does
 * not come back. Where two newest copies differ, a signature goes that the other one withdrew, unless the copy that holds it
 * lists that withdrawal itself. What has no canonical JSON is left out: no approval can cover it and no room can hold it.
 *
 * @param copies as {@link ownCopies} gives them
 */
export function mergeManifests(copies: readonly OwnCopy[], { isTakenBack, userId }: ManifestWriter): MergedManifest {
  const newest = newestOf(copies);
  const allWithdrawn = copies.flatMap(({ manifest }) => manifest.withdrawn);
  const withdrawalsAgainst = (copy: OwnCopy): readonly Withdrawal[] => {
    if (!newest.includes(copy)) return allWithdrawn;
    const others = newest.flatMap(({ manifest }) => manifest.withdrawn);
    return others.filter((one) => !copy.manifest.withdrawn.some((listed) => isSameWithdrawal(listed, one)));
  };
  const external = new Map<string, unknown>();
  const others = new Map<string, unknown>();
  const withdrawn = new Map<string, unknown>();
  for (const copy of copies) {
    const against = withdrawalsAgainst(copy);
    for (const [keyId, value] of Object.entries(copy.external)) {
      if (external.has(keyId) || canonicalOf(value) === undefined) continue;
      const signature = signatureOf(userId, keyId, value);
      if (!signature || against.length === 0 || !isTakenBack(signature, against)) external.set(keyId, value);
    }
    for (const entry of copy.withdrawn) {
      const text = canonicalOf(entry);
      if (text !== undefined) withdrawn.set(text, entry);
    }
    for (const [name, value] of Object.entries(copy.json)) {
      if (isForeignMember(name) && !others.has(name) && canonicalOf(value) !== undefined) others.set(name, value);
    }
  }
  return { external, withdrawn: [...withdrawn.values()], others };
}

/** The entry as a signature, if it is one. */
export function signatureOf(userId: string, keyId: string, value: unknown): ExternalSignature | undefined {
  return parseKeyId(keyId) && isSignatureValue(value) ? { userId, keyId, value } : undefined;
}

/** Whether two entries take back the same. */
export function isSameWithdrawal(a: Partial<Withdrawal>, b: Partial<Withdrawal>): boolean {
  return a.key === b.key && a.value === b.value;
}

function readOwn(json: JsonObject, userId: string, masterKey: string, now: number): OwnCopy[] {
  try {
    // The owner may mend a sequence that ran ahead.
    const manifest = readManifest(json, { userId, masterKey, now: Number.POSITIVE_INFINITY });
    const external = memberOf(json, "external", isJsonObject, {});
    const withdrawn = memberOf<readonly unknown[]>(json, "withdrawn", Array.isArray, []);
    return [{ json, manifest, external, withdrawn, isAhead: manifest.sequence > now + maxSequenceAheadMs }];
  } catch (error) {
    if (error instanceof CountersignError && error.code === "ERR_MANIFEST_FOREIGN") return [];
    throw error;
  }
}

function memberOf<T>(copy: JsonObject, name: string, isRight: (value: unknown) => value is T, absent: T): T {
  const value = Object.hasOwn(copy, name) ? copy[name] : absent;
  if (isRight(value)) return value;
  throw new CountersignError("ERR_MANIFEST_MALFORMED", "expected signatures and withdrawals, got something else");
}

function isForeignMember(name: string): boolean {
  return isManifestMember(name) && !ownMembers.has(name) && name !== "signatures" && name !== "unsigned";
}

function canonicalOf(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

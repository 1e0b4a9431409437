import { canonicalJson } from "../../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import type { ExternalSignature } from "../external-signature.js";
import { assertManifestSize, type Withdrawal } from "./manifest.js";
import {
  isSameWithdrawal,
  type ManifestWriter,
  type MergedManifest,
  mergeManifests,
  newestOf,
  type OwnCopy,
  ownCopies,
  signatureOf,
} from "./merge-manifests.js";

export type { ManifestWriter } from "./merge-manifests.js";

/** What an owner wants to change once the copies are merged; applied in the order of these members. */
export interface ManifestChange {
  /** The signatures to take out. Without a withdrawal beside it they come back from a place that could not be written. */
  readonly remove?: (signature: ExternalSignature) => boolean;
  /** Signatures to put in, in place of what stands under the same key ID. */
  readonly add?: readonly ExternalSignature[];
  /** Withdrawals to take out, exactly these, as where a signature is published again. A place that could not be written lists them on. */
  readonly restore?: readonly Withdrawal[];
  readonly withdraw?: readonly Withdrawal[];
}

/** What is to be written. */
export interface NextManifest {
  readonly manifest: JsonObject;
  /** Whether it says more than the newest copy; if not, `manifest` is that copy word for word, sequence, approval and all. */
  readonly isNew: boolean;
  /** The newest copy; absent where there was none. */
  readonly base?: JsonObject;
}

/** Room for what approval adds: an Ed25519 key and signature in base64. */
const approvalPlaceholder = { [`ed25519:${"k".repeat(43)}`]: "s".repeat(86) };

/**
 * The manifest that follows all `copies`: what they hold together, changed by `change`, without approval.
 *
 * Members that PROTOCOL does not have are kept if a dot stands in their name (see `isManifestMember`).
 *
 * @param copies own manifests as they were read or remembered, in any order; those of others or for other master keys are
 *   ignored
 * @throws CountersignError `ERR_MANIFEST_SIZE` where it would not fit with its approval, since nothing is dropped to make it fit;
 *   `ERR_MANIFEST_MALFORMED` where a copy holds something else in the place of signatures, withdrawals or sequence
 * @see PROTOCOL, "The owner's manifest"
 */
export function nextManifest(
  copies: readonly JsonObject[],
  change: ManifestChange,
  writer: ManifestWriter,
): NextManifest {
  const own = ownCopies(copies, writer);
  const { external, withdrawn, others } = changed(mergeManifests(own, writer), change, writer.userId);
  const manifest: JsonObject = {
    ...Object.fromEntries(others),
    user_id: writer.userId,
    master_key: writer.masterKey,
    sequence: nextSequence(own, Math.floor(writer.now)),
    external: Object.fromEntries(external),
    withdrawn,
  };
  const newest = newestOf(own);
  const base = (newest.find(({ json }) => isJsonObject(json.signatures)) ?? newest[0])?.json;
  const content = contentOf(manifest);
  const isSaid = content !== undefined && newest.every(({ json, isAhead }) => !isAhead && contentOf(json) === content);
  if (base && isSaid) {
    return { manifest: base, isNew: false, base };
  }
  assertManifestSize({ ...manifest, signatures: { [writer.userId]: approvalPlaceholder } });
  return { manifest, isNew: true, ...(base && { base }) };
}

function changed(merged: MergedManifest, change: ManifestChange, userId: string): MergedManifest {
  const { remove = () => false, add = [], restore = [], withdraw = [] } = change;
  const isKept = ([keyId, value]: [string, unknown]): boolean => {
    const signature = signatureOf(userId, keyId, value);
    return !signature || !remove(signature);
  };
  const isListed = (list: readonly Partial<Withdrawal>[], entry: unknown): boolean =>
    isJsonObject(entry) && list.some((one) => isSameWithdrawal(one, entry));
  const withdrawn = merged.withdrawn.filter((entry) => !isListed(restore, entry));
  for (const { key, value } of withdraw) {
    const entry = { key, ...(value !== undefined && { value }) };
    if (!withdrawn.some((listed) => isJsonObject(listed) && isSameWithdrawal(entry, listed))) withdrawn.push(entry);
  }
  return {
    ...merged,
    external: new Map([...[...merged.external].filter(isKept), ...add.map((one) => [one.keyId, one.value] as const)]),
    withdrawn,
  };
}

/** Readers ignore a sequence too far ahead, so one that ran ahead starts anew. */
function nextSequence(copies: readonly OwnCopy[], now: number): number {
  const heeded = copies.filter(({ isAhead }) => !isAhead).map(({ manifest }) => manifest.sequence);
  return Math.max(now, ...heeded.map((sequence) => sequence + 1));
}

/** What a manifest says but for its sequence; `undefined` for what no approval could cover. */
function contentOf({
  sequence: _sequence,
  signatures: _approval,
  unsigned: _unsigned,
  ...content
}: JsonObject): string | undefined {
  try {
    return canonicalJson({ external: {}, withdrawn: [], ...content });
  } catch {
    return undefined;
  }
}

import { sha256, toHex, utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import { CountersignError } from "../../errors.js";
import { type RevocationList, readRevocationList, revocationListContent } from "../../model/revocation-list.js";
import type { TrustAnchor } from "../../model/trust-anchor.js";
import type { TrustMemory } from "../../model/trust-record.js";
import { readAnchorKey } from "../../trust/anchors/anchor-key.js";
import type { DocumentFile } from "./document-file.js";
import { type RevocationListFinding, type VerifyListOptions, verifyRevocationList } from "./verify-revocation-list.js";

/** Whose list it is: another key under the same `id` is another anchor, which the list of the one before does not bind. */
type ListOwner = Pick<TrustAnchor, "id" | "algorithm" | "key">;

/**
 * Verifies a list that was handed in or fetched, against the one that is remembered, and remembers the one that counts.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID` for a key that is none, `ERR_ABORTED`, `ERR_ALGORITHM_INVALID`,
 *   `ERR_ALGORITHM_DUPLICATE`, `ERR_CLOSED`
 */
export async function takeRevocationList(
  file: DocumentFile,
  anchor: TrustAnchor,
  options: Omit<VerifyListOptions, "seen">,
  memory: Pick<TrustMemory, "getTrust" | "putTrust">,
): Promise<RevocationListFinding> {
  const seen = await rememberedRevocationList(anchor, memory);
  const finding = await verifyRevocationList(file, anchor, { ...options, ...(seen && { seen }) });
  if (finding.list && finding.list !== seen) await remember(finding.list, anchor, options.now, memory);
  return finding;
}

/**
 * The newest list of an anchor that was ever verified here; `undefined` where there is none.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID`, `ERR_CLOSED`
 */
export async function rememberedRevocationList(
  anchor: ListOwner,
  memory: Pick<TrustMemory, "getTrust">,
): Promise<RevocationList | undefined> {
  const record = await memory.getTrust(await recordName(anchor));
  try {
    return record && readRevocationList(record.settings);
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

async function remember(
  list: RevocationList,
  anchor: ListOwner,
  now: number,
  memory: Pick<TrustMemory, "putTrust">,
): Promise<void> {
  const settings = revocationListContent(list);
  const digest = await hexDigest(settings);
  await memory.putTrust(await recordName(anchor), { revision: list.sequence, digest, settings, seenAt: now });
}

async function recordName({ id, algorithm, key }: ListOwner): Promise<string> {
  return `revocation-list:${await hexDigest([id, algorithm, await readAnchorKey(key)])}`;
}

async function hexDigest(value: unknown): Promise<string> {
  return toHex(await sha256(utf8(canonicalJson(value))));
}

import { sha256, toHex, utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import { CountersignError } from "../../errors.js";
import { type RevocationList, readRevocationList, revocationListContent } from "../../model/revocation-list.js";
import type { TrustAnchor } from "../../model/trust-anchor.js";
import type { TrustMemory } from "../../model/trust-record.js";
import { readAnchorKey } from "../../trust/anchors/anchor-key.js";
import type { DocumentFile } from "./document-file.js";
import { mergeRevocationLists } from "./merge-revocation-lists.js";
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
 * Found by any of the anchor's own keys: who lists somebody else's key beside it, or a new key of its own, forgets nothing that was
 * taken back.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID`, `ERR_CLOSED`
 */
export async function rememberedRevocationList(
  anchor: ListOwner,
  memory: Pick<TrustMemory, "getTrust">,
): Promise<RevocationList | undefined> {
  const names = await recordNames(anchor);
  const lists = await Promise.all(names.map((name) => recall(name, memory)));
  return lists.reduce((seen, list) => (list ? mergeRevocationLists(list, seen).list : seen), undefined);
}

async function recall(name: string, memory: Pick<TrustMemory, "getTrust">): Promise<RevocationList | undefined> {
  const record = await memory.getTrust(name);
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
  const record = { revision: list.sequence, digest: await hexDigest(settings), settings, seenAt: now };
  for (const name of await recordNames(anchor)) await memory.putTrust(name, record);
}

/** One for each key that may sign the anchor's lists. */
async function recordNames({ id, algorithm, key }: ListOwner): Promise<string[]> {
  const own = (await readAnchorKey(key)).filter((handle) => "authority" in handle || handle.names.length === 0);
  return Promise.all(own.map(async (handle) => `revocation-list:${await hexDigest([id, algorithm, handle])}`));
}

async function hexDigest(value: unknown): Promise<string> {
  return toHex(await sha256(utf8(canonicalJson(value))));
}

import { sha256, toHex, utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import type { JsonObject } from "../../encoding/json-object.js";
import type { TrustMemory, TrustRecord } from "../../model/trust-record.js";
import { mergeTrust } from "../../model/trust-settings/merge-trust.js";
import { emptyTrust, type TrustDocument } from "../../model/trust-settings/trust-document.js";
import { readTrustJson, trustJson } from "../../model/trust-settings/trust-text.js";

/** What this device knows of the user's trust settings. */
export interface KnownTrust {
  /** Everything that was ever read or written here, what is not in secret storage yet included. */
  readonly document: TrustDocument;
  /** How much of it the server has served: a copy without that was rolled back. Its entries are left out. */
  readonly served: TrustDocument;
  /** Who this device is when it writes; absent where it never did. */
  readonly replica?: string;
}

const [knownName, servedName] = ["settings", "settings/served"];

/**
 * What was remembered; `undefined` where nothing was.
 *
 * @throws CountersignError `ERR_CLOSED`, `ERR_TRUST_MALFORMED` (a newer version of this package wrote it)
 */
export async function recallTrust(memory: TrustMemory): Promise<KnownTrust | undefined> {
  const [known, served] = await Promise.all([memory.getTrust(knownName), memory.getTrust(servedName)]);
  if (!known) return undefined;
  const { replica } = known.settings;
  return {
    document: readTrustJson(known.settings),
    served: served ? readTrustJson(served.settings) : emptyTrust,
    ...(typeof replica === "string" && { replica }),
  };
}

/**
 * Remembers what is known now. Goes only ever forward: what was remembered before must have been merged in.
 *
 * @throws CountersignError `ERR_CLOSED`, `ERR_STORE_RECORD`
 */
export async function rememberTrust(memory: TrustMemory, known: KnownTrust, now: number): Promise<void> {
  const { document, served, replica } = known;
  await memory.putTrust(
    knownName,
    await record({ ...trustJson(document), ...(replica && { replica }) }, document, now),
  );
  await memory.putTrust(servedName, await record(trustJson(served), served, now));
}

/** Takes note of what the server serves. */
export function noteServed(known: KnownTrust, found: TrustDocument): KnownTrust {
  const served = { ...mergeTrust(known.served, { ...found, entries: new Map() }), entries: new Map() };
  return { ...known, document: mergeTrust(known.document, found), served };
}

async function record(settings: JsonObject, { revision }: TrustDocument, seenAt: number): Promise<TrustRecord> {
  return { revision, digest: toHex(await sha256(utf8(canonicalJson(settings)))), settings, seenAt };
}

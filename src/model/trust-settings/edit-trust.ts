import { canonicalJson } from "../../encoding/canonical-json.js";
import type { TrustSettings } from "../trust-policy.js";
import { countsOf, resolveTrust } from "./resolve-trust.js";
import { entriesOf } from "./settings-entries.js";
import { type TrustDocument, type TrustStamp, writeEntries } from "./trust-document.js";

/**
 * Changes a document so that it says what `wanted` says: what differs from what counts now is written, all else is left as it is, conflicts
 * included. Changing an entry that is in conflict settles it.
 *
 * @returns the document itself where nothing differs
 * @throws CountersignError `ERR_SETTINGS_MALFORMED`; `ERR_JSON_VALUE`, `ERR_JSON_LIMIT` for values without canonical JSON
 */
export function editTrust(document: TrustDocument, wanted: TrustSettings, stamp: TrustStamp): TrustDocument {
  const before = entriesOf(resolveTrust(document).settings);
  const after = entriesOf(wanted);
  const source = sourcesOf(document);
  const changes = new Map<string, unknown>();
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    if (isSame(before.get(key), after.get(key))) continue;
    const entry = source.get(key) ?? key;
    changes.set(entry, plain(after.get(entry)));
  }
  return writeEntries(document, changes, stamp);
}

/** Which entry each one that counts comes from: a rule in conflict counts under several names. */
function sourcesOf({ entries }: TrustDocument): ReadonlyMap<string, string> {
  return new Map([...entries].flatMap(([entry, versions]) => countsOf(entry, versions).map(([key]) => [key, entry])));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
}

/** The caller's own objects may change later. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(canonicalJson(value));
}

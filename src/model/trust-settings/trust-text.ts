import { utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { parseJson } from "../../encoding/parse-json.js";
import { CountersignError } from "../../errors.js";
import { compareVersions } from "./merge-trust.js";
import type { TrustDocument, TrustVersion } from "./trust-document.js";

/** The most that a document may take, in bytes of canonical JSON. */
export const maxTrustBytes: number = 192 * 1024;

/** More devices than this do not write one entry at once. */
const maxVersions = 64;

const replicaName = /^[a-z0-9]{1,64}$/;

/**
 * A document as it is stored.
 *
 * @returns canonical JSON of at most {@link maxTrustBytes}
 * @throws CountersignError `ERR_TRUST_SIZE`; `ERR_JSON_VALUE`, `ERR_JSON_LIMIT` for values without canonical JSON
 */
export function writeTrustText(document: TrustDocument): string {
  const text = canonicalJson(trustJson(document));
  if (utf8(text).length <= maxTrustBytes) return text;
  throw new CountersignError("ERR_TRUST_SIZE", `expected trust settings of at most ${maxTrustBytes} bytes`);
}

/** A document as plain JSON. */
export function trustJson({ revision, seen, entries }: TrustDocument): JsonObject {
  return { version: 1, revision, seen: Object.fromEntries(seen), entries: Object.fromEntries(entries) };
}

/**
 * Reads what {@link writeTrustText} wrote. Checks the form of the document and that its versions can be merged; of what the settings
 * say only that an anchor, a rule and a decision is an object.
 *
 * @throws CountersignError `ERR_TRUST_SIZE`, `ERR_TRUST_MALFORMED` (a document of a newer format too: it is never taken for empty)
 */
export function readTrustText(text: string): TrustDocument {
  if (text.length > maxTrustBytes) throw new CountersignError("ERR_TRUST_SIZE", "expected smaller trust settings");
  try {
    return readTrustJson(parseJson(text, maxTrustBytes));
  } catch (cause) {
    throw new CountersignError("ERR_TRUST_MALFORMED", "expected trust settings of version 1", { cause });
  }
}

/** {@link readTrustText} for what is parsed already. @throws CountersignError `ERR_TRUST_MALFORMED` */
export function readTrustJson(json: unknown): TrustDocument {
  if (!isJsonObject(json) || json.version !== 1 || !isRevision(json.revision)) throw malformed();
  if (!isJsonObject(json.seen) || !isJsonObject(json.entries)) throw malformed();
  const { revision } = json;
  const seen = new Map(Object.entries(json.seen).map(([replica, last]) => readSeen(replica, last, revision)));
  const entries = new Map(
    Object.entries(json.entries).map(([key, versions]) => [key, readVersions(key, versions, seen)]),
  );
  return { revision, seen, entries };
}

function readSeen(replica: string, last: unknown, revision: number): [string, number] {
  if (!replicaName.test(replica) || !isRevision(last) || last > revision) throw malformed();
  return [replica, last];
}

function readVersions(key: string, versions: unknown, seen: ReadonlyMap<string, number>): readonly TrustVersion[] {
  if (!Array.isArray(versions) || versions.length === 0 || versions.length > maxVersions) throw malformed();
  const read = versions.map((version: unknown) => readVersion(key, version, seen));
  const isSorted = read.every((version, index) => {
    const before = read[index - 1];
    return before === undefined || compareVersions(before, version) < 0;
  });
  if (!isSorted) throw malformed();
  return read;
}

function readVersion(key: string, version: unknown, seen: ReadonlyMap<string, number>): TrustVersion {
  if (!isJsonObject(version)) throw malformed();
  const { revision, replica, at, value } = version;
  if (!isRevision(revision) || typeof replica !== "string" || !Number.isSafeInteger(at)) throw malformed();
  if ((seen.get(replica) ?? 0) < revision) throw malformed();
  if (value !== undefined && !key.startsWith("policy:") && !isJsonObject(value)) throw malformed();
  return { revision, replica, at: Number(at), ...(value !== undefined && { value }) };
}

function isRevision(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function malformed(): CountersignError {
  return new CountersignError("ERR_TRUST_MALFORMED", "expected trust settings of version 1");
}

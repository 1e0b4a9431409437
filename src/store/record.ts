import { canonicalJson } from "../encoding/canonical-json.js";
import type { JsonObject } from "../encoding/parse-json.js";
import { type ExternalSignature, isSignatureValue } from "../model/external-signature.js";
import type { ReportCode, SignatureStatus, Signer, Verdict } from "../model/report.js";
import { isJsonObject } from "../model/signable.js";
import type { CachedReport, KeptSignature } from "./signature-store.js";

const maxKeyChars = 1024;
const maxReportChars = 4096;
const maxKeptChars = 1 << 20;
const maxNames = 16;
/** The furthest moment that a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15;

/** Every code with the one status it belongs to: a record that pairs them otherwise is not ours. */
const statusOfCode: Readonly<Record<ReportCode, SignatureStatus>> = {
  valid: "valid",
  "key-unconfirmed": "valid",
  malformed: "invalid",
  "too-large": "invalid",
  "bad-signature": "invalid",
  "wrong-object": "invalid",
  "wrong-signature-type": "invalid",
  "wrong-key": "invalid",
  "key-not-for-signing": "invalid",
  "weak-algorithm": "invalid",
  "unknown-critical": "invalid",
  "key-revoked": "invalid",
  "made-in-future": "invalid",
  expired: "indeterminate",
  "key-expired": "indeterminate",
  "not-yet-valid": "indeterminate",
  "key-revoked-softly": "indeterminate",
  "no-key": "indeterminate",
  "resolver-failed": "indeterminate",
  "verifier-failed": "indeterminate",
  "too-many": "indeterminate",
  "unknown-algorithm": "unsupported",
  "unsupported-key": "unsupported",
};

/**
 * A clean copy of `value` if it is a cached report within all bounds, else `undefined`.
 *
 * Whatever comes out of a database is a stranger's word: members are read one by one, what is not known is left behind.
 * Does not look at the clock: see {@link isFresh}.
 */
export function readReport(value: unknown): CachedReport | undefined {
  const record = membersOf(value);
  const cacheKey = record("cacheKey");
  const userId = record("userId");
  const storedAt = record("storedAt");
  const freshUntil = record("freshUntil");
  if (!isText(cacheKey, maxKeyChars) || cacheKey === "" || !isText(userId, maxKeyChars)) return undefined;
  if (!isTime(storedAt) || !isTime(freshUntil)) return undefined;
  const verdict = readVerdict(record("verdict"));
  return verdict && { cacheKey, userId, verdict, storedAt, freshUntil };
}

/** Whether `report` may be believed at `now`: it was stored by then, and its time is not over. */
export function isFresh(report: CachedReport, now: number): boolean {
  return report.storedAt <= now && now < report.freshUntil;
}

/** A clean copy of `value` if it is a kept signature within all bounds, else `undefined`. */
export function readKept(value: unknown): KeptSignature | undefined {
  const record = membersOf(value);
  const id = record("id");
  const userId = record("userId");
  const masterKey = record("masterKey");
  const reason = record("reason");
  const keptAt = record("keptAt");
  if (!isText(id, maxKeptChars) || !isText(userId, maxKeptChars) || !isText(masterKey, maxKeptChars)) return undefined;
  if (!isText(reason, maxKeptChars) || !isTime(keptAt)) return undefined;
  const signature = readSignature(record("signature"));
  return signature && { id, userId, masterKey, signature, reason, keptAt };
}

function readVerdict(value: unknown): Verdict | undefined {
  const record = membersOf(value);
  const code = record("code");
  if (!isReportCode(code) || statusOfCode[code] !== record("status")) return undefined;
  const signer = record("signer");
  const valueHash = record("valueHash");
  const cleanSigner = signer === undefined ? undefined : readSigner(signer);
  if (signer !== undefined && !cleanSigner) return undefined;
  if (valueHash !== undefined && !isText(valueHash, maxKeyChars)) return undefined;
  const times: { -readonly [name in "createdAt" | "expiresAt" | "validFrom" | "validUntil"]?: number } = {};
  for (const name of ["createdAt", "expiresAt", "validFrom", "validUntil"] as const) {
    const time = record(name);
    if (time === undefined) continue;
    if (!isTime(time)) return undefined;
    times[name] = time;
  }
  return {
    status: statusOfCode[code],
    code,
    ...(cleanSigner && { signer: cleanSigner }),
    ...times,
    ...(valueHash !== undefined && { valueHash }),
  };
}

function readSigner(value: unknown): Signer | undefined {
  const record = membersOf(value);
  const fingerprint = record("fingerprint");
  const signingKey = record("signingKey");
  const keyHash = record("keyHash");
  const names = record("names");
  if (!isText(fingerprint, maxKeyChars) || !isText(keyHash, maxKeyChars)) return undefined;
  if (signingKey !== undefined && !isText(signingKey, maxKeyChars)) return undefined;
  if (!Array.isArray(names) || names.length > maxNames) return undefined;
  let chars = 0;
  for (const name of names) {
    if (!isText(name, maxReportChars)) return undefined;
    chars += name.length;
  }
  if (chars > maxReportChars) return undefined;
  return { fingerprint, ...(signingKey !== undefined && { signingKey }), keyHash, names: [...names] };
}

function readSignature(value: unknown): ExternalSignature | undefined {
  const record = membersOf(value);
  const userId = record("userId");
  const keyId = record("keyId");
  const signed = record("value");
  if (!isText(userId, maxKeptChars) || !isText(keyId, maxKeptChars) || !isSignatureValue(signed)) return undefined;
  if (typeof signed === "string") return signed.length <= maxKeptChars ? { userId, keyId, value: signed } : undefined;
  try {
    const text = canonicalJson(signed);
    return text.length <= maxKeptChars ? { userId, keyId, value: JSON.parse(text) as JsonObject } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads own members alone; of what is no object, none. */
function membersOf(value: unknown): (name: string) => unknown {
  const object: JsonObject = isJsonObject(value) ? value : {};
  return (name) => (Object.hasOwn(object, name) ? object[name] : undefined);
}

function isReportCode(value: unknown): value is ReportCode {
  return typeof value === "string" && Object.hasOwn(statusOfCode, value);
}

function isText(value: unknown, maxChars: number): value is string {
  return typeof value === "string" && value.length <= maxChars;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= maxTime;
}

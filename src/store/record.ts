import { canonicalJson } from "../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import type { ExternalSignature, SignatureValue } from "../model/external-signature.js";
import { type ReportCode, type Signer, statusOfCode, type Verdict } from "../model/report.js";
import type { CachedReport, KeptSignature } from "./signature-store.js";

const maxKeyChars = 1024;
const maxNameChars = 4096;
const maxNames = 16;
const maxKeptChars = 1 << 20;
/** The furthest moment that a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15;

/** A clean copy of a value that is what it should be and within bounds, else `undefined`. */
type Reader<T> = (value: unknown) => T | undefined;

const readSigner = objectReader<Signer>(
  { fingerprint: text(maxKeyChars), signingKey: text(maxKeyChars), keyHash: text(maxKeyChars), names: readNames },
  ["signingKey"],
);

const readAnyVerdict = objectReader<Verdict>(
  {
    status: (value) => Object.values(statusOfCode).find((status) => status === value),
    code: (value) =>
      typeof value === "string" && Object.hasOwn(statusOfCode, value) ? (value as ReportCode) : undefined,
    signer: readSigner,
    createdAt: readTime,
    expiresAt: readTime,
    validFrom: readTime,
    validUntil: readTime,
    valueHash: text(maxKeyChars),
  },
  ["signer", "createdAt", "expiresAt", "validFrom", "validUntil", "valueHash"],
);

/**
 * A clean copy of `value` if it is a cached report within all bounds, else `undefined`.
 *
 * Whatever comes out of a database is a stranger's word: members are read one by one, what is not known is left behind.
 * The copy is frozen, so that nobody who is given it changes what is remembered.
 * Does not look at the clock: see {@link isFresh}.
 */
export const readReport: (value: unknown) => CachedReport | undefined = objectReader<CachedReport>({
  cacheKey: (value) => text(maxKeyChars)(value) || undefined,
  userId: text(maxKeyChars),
  verdict: readVerdict,
  storedAt: readTime,
  freshUntil: readTime,
});

/** Whether `report` may be believed at `now`: it was stored by then, and its time is not over. */
export function isFresh(report: CachedReport, now: number): boolean {
  return report.storedAt <= now && now < report.freshUntil;
}

/** A clean copy of `value` if it is a kept signature within all bounds, else `undefined`. */
export const readKept: (value: unknown) => KeptSignature | undefined = objectReader<KeptSignature>({
  id: text(maxKeptChars),
  userId: text(maxKeptChars),
  masterKey: text(maxKeptChars),
  signature: objectReader<ExternalSignature>({
    userId: text(maxKeptChars),
    keyId: text(maxKeptChars),
    value: readSignatureValue,
  }),
  reason: text(maxKeptChars),
  keptAt: readTime,
});

function readVerdict(value: unknown): Verdict | undefined {
  const verdict = readAnyVerdict(value);
  return verdict && statusOfCode[verdict.code] === verdict.status ? verdict : undefined;
}

function readNames(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > maxNames || !value.every((name) => typeof name === "string"))
    return undefined;
  return value.join("").length <= maxNameChars ? Object.freeze([...value]) : undefined;
}

function readSignatureValue(value: unknown): SignatureValue | undefined {
  if (!isJsonObject(value)) return text(maxKeptChars)(value);
  try {
    const json = canonicalJson(value);
    return json.length <= maxKeptChars ? (JSON.parse(json) as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function readTime(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) <= maxTime ? value : undefined;
}

function text(maxChars: number): Reader<string> {
  return (value) => (typeof value === "string" && value.length <= maxChars ? value : undefined);
}

/** Reads own members by their readers; what is absent must be `optional`. */
function objectReader<T extends object>(
  readers: { readonly [name in keyof T]-?: Reader<T[name]> },
  optional: readonly (keyof T & string)[] = [],
): Reader<T> {
  const entries = Object.entries(readers) as [keyof T & string, Reader<unknown>][];
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    const copy: JsonObject = {};
    for (const [name, read] of entries) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member === undefined && optional.includes(name)) continue;
      copy[name] = read(member);
      if (copy[name] === undefined) return undefined;
    }
    return Object.freeze(copy) as T;
  };
}

import { CountersignError } from "../errors.js";
import type { Conferral } from "../model/conferral.js";
import type { TrustRecord } from "../model/trust-record.js";
import { json, objectReader, type Reader, readCount, readTime, text } from "./reader.js";

/** A {@link TrustRecord} with the name that it is found by. */
export interface NamedTrust extends TrustRecord {
  readonly name: string;
}

/** One kind of what must not be lost, with one record under each key. */
export interface RecordKind<T extends object> {
  /** Where it stands in the database. */
  readonly table: "conferrals" | "trust";
  readonly keyOf: (record: T) => string;
  readonly read: Reader<T>;
  /** Whether `next` takes the place of what is known under its key. */
  readonly replaces: (next: T, known: T) => boolean;
}

const maxKeyChars = 1024;
const maxReasonChars = 4096;
/** What the largest list of revocations takes. */
const maxSettingsBytes = 4 * 1024 * 1024;

/** What natively verifies others. */
export const conferralKind: RecordKind<Conferral> = {
  table: "conferrals",
  keyOf: ({ userId }) => userId,
  read: objectReader<Conferral>(
    {
      userId: text(maxKeyChars),
      masterKey: matching(/^[A-Za-z0-9+/]{43}$/),
      conferredAt: readTime,
      reason: text(maxReasonChars),
      withdrawnAt: readTime,
    },
    ["withdrawnAt"],
  ),
  replaces: () => true,
};

/** The highest revisions seen. */
export const trustKind: RecordKind<NamedTrust> = {
  table: "trust",
  keyOf: ({ name }) => name,
  read: objectReader<NamedTrust>({
    name: (value) => text(maxKeyChars)(value) || undefined,
    revision: readCount,
    digest: matching(/^[0-9a-f]{64}$/),
    settings: json(maxSettingsBytes),
    seenAt: readTime,
  }),
  replaces: (next, known) => next.revision >= known.revision,
};

/**
 * A copy that is certain to be readable again.
 *
 * @throws CountersignError `ERR_STORE_RECORD`
 */
export function checkRecord<T extends object>(record: T, kind: RecordKind<T>): T {
  const copy = kind.read(record);
  if (copy) return copy;
  throw new CountersignError("ERR_STORE_RECORD", "expected a record with every member, each within its bounds");
}

function matching(pattern: RegExp): Reader<string> {
  return (value) => (typeof value === "string" && pattern.test(value) ? value : undefined);
}

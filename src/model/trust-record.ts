import type { JsonObject } from "../encoding/json-object.js";

/** The newest of something signed or sealed that counts its revisions: what shows that a server rolled it back. */
export interface TrustRecord {
  /** A whole number that grows with each change. */
  readonly revision: number;
  /** SHA-256 of what was seen, lower-case hexadecimal: tells two of one revision apart. */
  readonly digest: string;
  /** What was seen: canonical JSON of at most 4 MiB. */
  readonly settings: JsonObject;
  /** Milliseconds since 1970. */
  readonly seenAt: number;
}

/** Remembers the highest revisions seen, each under a name of 1 to 1,024 UTF-16 units. It verifies nothing. */
export interface TrustMemory {
  /**
   * What was seen under `name`; `undefined` where nothing was.
   *
   * @throws CountersignError `ERR_CLOSED`: an empty answer would hide a roll-back
   */
  getTrust(name: string): Promise<TrustRecord | undefined>;
  /**
   * Remembers a record in place of one of the same or a lower revision; one of a higher revision stays.
   *
   * @throws CountersignError `ERR_STORE_RECORD` for what could not be read back, `ERR_CLOSED`
   */
  putTrust(name: string, record: TrustRecord): Promise<void>;
  /**
   * Everything whose name begins with `prefix`, by name.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  listTrust(prefix: string): Promise<Map<string, TrustRecord>>;
}

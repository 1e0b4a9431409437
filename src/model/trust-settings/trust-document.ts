/** What a device wrote for one entry, and when. */
export interface TrustVersion {
  /** The revision of the document that brought it; with `replica` it names this version of the entry for ever. */
  readonly revision: number;
  /** Who wrote: a random name of one instance of this package, no device ID. */
  readonly replica: string;
  /** By the writer's clock, for people alone; milliseconds since 1970. */
  readonly at: number;
  /** Plain JSON; absent where the entry was removed. */
  readonly value?: unknown;
}

/**
 * Trust settings in a form that two devices can each change and that still merges: every anchor, rule, decision and option of the policy
 * is an entry with its last version, or with several where devices wrote without knowing of each other.
 */
export interface TrustDocument {
  /** Raised by every change and every writing. */
  readonly revision: number;
  /** Of each replica the highest revision whose changes are in here, its removals included. */
  readonly seen: ReadonlyMap<string, number>;
  /** The versions of each entry that no other one replaces, in order of revision and replica; removals stay. */
  readonly entries: ReadonlyMap<string, readonly TrustVersion[]>;
}

/** Who changes a document, and when. */
export interface TrustStamp {
  /** 1 to 64 of `a-z 0-9`; never the same for two writers that could write at once. */
  readonly replica: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a user has who never decided anything. */
export const emptyTrust: TrustDocument = { revision: 0, seen: new Map(), entries: new Map() };

/** Whether everything that `other` knows of is in `document`: then merging would change nothing. */
export function includesTrust(document: TrustDocument, other: TrustDocument): boolean {
  return [...other.seen].every(([replica, revision]) => (document.seen.get(replica) ?? 0) >= revision);
}

/**
 * Puts a new version of an entry in place of all that the document holds of it.
 *
 * @param changes the entries with their new values, `undefined` for a removal
 */
export function writeEntries(
  document: TrustDocument,
  changes: ReadonlyMap<string, unknown>,
  { replica, at }: TrustStamp,
): TrustDocument {
  if (changes.size === 0) return document;
  const revision = document.revision + 1;
  const entries = new Map(document.entries);
  for (const [key, value] of changes)
    entries.set(key, [{ revision, replica, at, ...(value !== undefined && { value }) }]);
  return { revision, seen: new Map(document.seen).set(replica, revision), entries };
}

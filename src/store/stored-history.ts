import { canonicalJson } from "../encoding/canonical-json.js";
import { isJsonObject } from "../encoding/json-object.js";
import { chainEvents, entryLine, headBehind } from "../model/history/chain.js";
import type { KeySighting, UserHistory } from "../model/history/key-history.js";
import { nextEvents } from "../model/history/next-event.js";
import { readEntry } from "../model/history/read-entry.js";
import { withEvent } from "../model/history/user-history.js";

/**
 * What stored entries tell, by user; of one user they come in the order of the log.
 *
 * A user with an entry that cannot be read is known all the same, without what it said: whoever damages the log of a user makes
 * their key `changed`, never a first one.
 */
export function historiesOf(records: readonly unknown[]): Map<string, UserHistory> {
  const users = new Map<string, UserHistory>();
  for (const record of records) {
    const userId = isJsonObject(record) && Object.hasOwn(record, "userId") ? record.userId : undefined;
    if (typeof userId !== "string") continue;
    const known = users.get(userId);
    const entry = readEntry(record);
    users.set(userId, entry ? withEvent(known, entry) : (known ?? { userId, keys: [] }));
  }
  return users;
}

/** A whole log with what `sightings` add to it, one entry a line; what cannot be read is `null`, which verifying finds. */
export function exportLog(records: readonly unknown[], sightings: readonly KeySighting[] = []): string {
  const added = chainEvents(headBehind(records.at(-1)), nextEvents(historiesOf(records), sightings));
  return [...records.map(lineOf), ...added.map(entryLine)].map((line) => `${line}\n`).join("");
}

function lineOf(record: unknown): string {
  try {
    return canonicalJson(record);
  } catch {
    return "null";
  }
}

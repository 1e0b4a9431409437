import { isJsonObject } from "../encoding/json-object.js";
import type { SeenManifest } from "../model/seen-manifest.js";
import { byUser } from "./by-user.js";
import { finish } from "./finish.js";
import { maxOfOwner, newestSeen } from "./newest-seen.js";
import { readBulk } from "./read-bulk.js";
import { readSeenManifest } from "./record.js";
import type { Database } from "./schema.js";

/** What was seen of these users, clean, by user. */
export async function readManifests(
  database: Database,
  userIds: readonly string[],
): Promise<Map<string, SeenManifest[]>> {
  const transaction = database.transaction("manifests");
  const records = (await finish(transaction, [readBulk<unknown>(transaction.store, userIds)])).flat();
  return byUser(records.flatMap(readRecord), new Set(userIds));
}

/**
 * Adds `manifests` to what was seen of their owners, all or none.
 *
 * Reads, merges and writes in one transaction: of two tabs that do it at once the second sees what the first wrote, so neither
 * can lower a sequence.
 *
 * @param now milliseconds since 1970
 */
export async function addManifests(
  database: Database,
  manifests: readonly SeenManifest[],
  now: number,
): Promise<object> {
  const transaction = database.transaction("manifests", "readwrite", { durability: "strict" });
  const { store } = transaction;
  const add = async (): Promise<void> => {
    const added = byUser(manifests);
    const known = byUser((await readBulk<unknown>(store, [...added.keys()])).flatMap(readRecord), added);
    const merge = ([userId, seen]: [string, SeenManifest[]]): Promise<string> =>
      store.put({ userId, seen: newestSeen([...(known.get(userId) ?? []), ...seen], now) });
    await Promise.all([...added].map(merge));
  };
  return finish(transaction, [add()]);
}

/** What can be read of a record, and is of the user that it is found by. */
function readRecord(record: unknown): SeenManifest[] {
  const { userId, seen } = isJsonObject(record) ? record : {};
  const listed: unknown[] = Array.isArray(seen) ? seen.slice(0, maxOfOwner) : [];
  return listed.flatMap((one) => readSeenManifest(one) ?? []).filter((one) => one.userId === userId);
}

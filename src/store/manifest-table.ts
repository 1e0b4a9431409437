import { isJsonObject } from "../encoding/json-object.js";
import type { SeenManifest } from "../model/manifest/seen-manifest.js";
import { byUser } from "./by-user.js";
import { finish } from "./finish.js";
import { maxOfOwner, newestSeen } from "./newest-seen.js";
import { readBulk } from "./read-bulk.js";
import { readSeenManifest } from "./record.js";
import type { Database } from "./schema.js";

/** What was seen of these users, clean. */
export async function readManifests(database: Database, userIds: readonly string[]): Promise<SeenManifest[]> {
  const transaction = database.transaction("manifests");
  const records = (await finish(transaction, [readBulk<unknown>(transaction.store, userIds)])).flat();
  return readRecords(records, new Set(userIds));
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
    const known = byUser(readRecords(await readBulk<unknown>(store, [...added.keys()]), added));
    const merge = ([userId, seen]: [string, SeenManifest[]]): Promise<string> =>
      store.put({ userId, seen: newestSeen([...(known.get(userId) ?? []), ...seen], now) });
    await Promise.all([...added].map(merge));
  };
  return finish(transaction, [add()]);
}

/** What can be read of the records of users who are wanted, each of the user that it is found by. */
function readRecords(records: readonly unknown[], wanted: { has(userId: unknown): boolean }): SeenManifest[] {
  return records.flatMap((record) => {
    const { userId, seen } = isJsonObject(record) ? record : {};
    if (!wanted.has(userId) || !Array.isArray(seen)) return [];
    const manifests = seen.slice(0, maxOfOwner).flatMap((one: unknown) => readSeenManifest(one) ?? []);
    return manifests.filter((manifest) => manifest.userId === userId);
  });
}

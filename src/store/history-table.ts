import { chainEvents, headBehind } from "../model/history/chain.js";
import type { KeySighting, UserHistory } from "../model/history/key-history.js";
import { nextEvents } from "../model/history/next-event.js";
import { finish } from "./finish.js";
import { type ReadableTable, readBulk } from "./read-bulk.js";
import type { Database } from "./schema.js";
import { historiesOf } from "./stored-history.js";

/** The little that is asked of the object store, whatever transaction it belongs to. */
interface HistoryTable {
  getAll(range: IDBKeyRange): Promise<unknown[]>;
  count(range: IDBKeyRange): Promise<number>;
}

/** What is known of these users. */
export async function readPins(database: Database, userIds: readonly string[]): Promise<Map<string, UserHistory>> {
  const transaction = database.transaction("history");
  const [known] = await finish(transaction, [readUsers(transaction.store, userIds)]);
  return known ?? new Map();
}

/** The whole log in its order, unchecked. */
export async function readLog(database: Database): Promise<unknown[]> {
  const transaction = database.transaction("history");
  return (await finish<unknown[]>(transaction, [transaction.store.index("sequence").getAll()])).flat();
}

/**
 * Appends what `sightings` add to the log, all or nothing.
 *
 * Looks up what is known and where the chain ends, decides and writes in one transaction: of two tabs that do it at once the second
 * goes on behind what the first wrote.
 */
export async function appendHistory(database: Database, sightings: readonly KeySighting[]): Promise<object> {
  const transaction = database.transaction("history", "readwrite", { durability: "strict" });
  const { store } = transaction;
  const append = async (): Promise<void> => {
    const [known, last] = await Promise.all([
      readUsers(store, [...new Set(sightings.map(({ userId }) => userId))]),
      store.index("sequence").openCursor(null, "prev"),
    ]);
    const entries = chainEvents(headBehind(last?.value), nextEvents(known, sightings));
    await Promise.all(entries.map((entry) => store.add(entry)));
  };
  return finish(transaction, [append()]);
}

async function readUsers(table: HistoryTable, userIds: readonly string[]): Promise<Map<string, UserHistory>> {
  const byUser: ReadableTable<unknown[]> = {
    get: (userId) => table.getAll(entriesOf(userId, userId)),
    getAll: async (users) => [await table.getAll(entriesOf(users.lower, users.upper))],
    count: (users) => table.count(entriesOf(users.lower, users.upper)),
  };
  const wanted = new Set(userIds);
  const known = historiesOf((await readBulk(byUser, userIds)).flatMap((records) => records ?? []));
  return new Map([...known].filter(([userId]) => wanted.has(userId)));
}

/** All entries of all users between two: behind every number comes an array. */
function entriesOf(firstUser: string, lastUser: string): IDBKeyRange {
  return IDBKeyRange.bound([firstUser], [lastUser, []]);
}

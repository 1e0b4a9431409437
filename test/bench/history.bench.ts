import {
  indexedDbStore,
  type KeySighting,
  memoryStore,
  type SignatureStore,
  verifyHistory,
} from "matrix-countersign/store";
import { expect, it } from "vitest";
import { sampleNow, sampleReports } from "../support/cached-reports.js";
import { freshDatabaseName } from "../support/databases.js";
import { minute, sighting } from "../support/history.js";

const count = 10_000;

it.each<[string, () => SignatureStore]>([
  ["indexedDbStore", () => indexedDbStore(freshDatabaseName(), { now: () => sampleNow })],
  ["memoryStore", () => memoryStore({ now: () => sampleNow })],
])("%s knows the keys of 10,000 users", async (name, open) => {
  const store = open();
  const of = (key: string, at: number, changes: Partial<KeySighting> = {}): KeySighting[] =>
    Array.from({ length: count }, (_, index) => sighting(key, at, { userId: `@user${index}:example.org`, ...changes }));
  const userIds = of("A", 0).map(({ userId }) => userId);
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    console.log(`${name}, ${what}: ${(performance.now() - start).toFixed(0)} ms`);
    return result;
  };
  expect((await timed("getPins of nobody known", () => store.getPins(userIds))).size).toBe(0);
  await timed("recordKeys, all new", () => store.recordKeys(of("A", 0)));
  expect((await timed("getPins", () => store.getPins(userIds))).size).toBe(count);
  await timed("recordKeys, all the same again", () => store.recordKeys(of("A", 1)));
  await timed("recordKeys, all re-attested", () => store.recordKeys(of("B", 3, { attestedAt: minute(2) })));
  expect((await timed("getPins of two keys each", () => store.getPins(userIds))).size).toBe(count);
  await store.putReports(sampleReports(count));
  const keys = sampleReports(count).map(({ cacheKey }) => cacheKey);
  for (let round = 0; round < 3; round++) {
    await timed("getPins of two keys each, again", () => store.getPins(userIds));
    await timed("getReports of as many, for comparison", () => store.getReports(keys));
  }
  expect((await timed("getPins of 100", () => store.getPins(userIds.slice(0, 100)))).size).toBe(100);
  const log = await timed("exportHistory", () => store.exportHistory());
  console.log(`${name}, log of ${2 * count} entries: ${(log.length / 2 / count).toFixed(0)} characters an entry`);
  const verified = await timed("verifyHistory", async () => verifyHistory(log));
  expect(verified).toMatchObject({ isIntact: true, entries: { length: 2 * count } });
  store.close();
});

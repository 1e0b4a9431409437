import { openDB } from "idb";
import { indexedDbStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { readReport } from "../../src/store/record.js";
import { sampleField, sampleNow, sampleReports, sampleSeen } from "../support/cached-reports.js";
import { freshDatabaseName } from "../support/databases.js";

const count = 10_000;
const rounds = 5;

/**
 * The median time of each way in milliseconds, each in turn so that none has the quiet minutes to itself; every one finds
 * `expected` records.
 */
async function medians(
  ways: ReadonlyMap<string, () => Promise<number>>,
  expected: number,
): Promise<Map<string, number>> {
  const times = new Map([...ways.keys()].map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of ways) {
      const start = performance.now();
      const found = await work();
      times.get(name)?.push(performance.now() - start);
      expect(found, name).toBe(expected);
    }
  }
  return new Map([...times].map(([name, list]) => [name, list.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN]));
}

it("reads 10,000 cached reports in one go, against one by one", async () => {
  const name = freshDatabaseName();
  const store = indexedDbStore(name, { now: () => sampleNow });
  const reports = sampleReports(count);
  const keys = reports.map((report) => report.cacheKey);
  const writing = performance.now();
  await store.putReports(reports);
  const written = performance.now() - writing;
  const raw = await openDB(name);

  const inOneGo = "getReports, all in one go";
  const times = await medians(
    new Map<string, () => Promise<number>>([
      [inOneGo, async () => (await store.getReports(keys)).size],
      [
        "getReports, one by one",
        async () => {
          let found = 0;
          for (const key of keys) found += (await store.getReports([key])).size;
          return found;
        },
      ],
      [
        "bare get, one by one, each its own transaction",
        async () => {
          let found = 0;
          for (const key of keys) found += readReport(await raw.get("reports", key)) ? 1 : 0;
          return found;
        },
      ],
      [
        "bare get, 10,000 at once in one transaction",
        async () => {
          const { store: table } = raw.transaction("reports");
          const records = await Promise.all(keys.map((key) => table.get(key)));
          return records.filter(readReport).length;
        },
      ],
      ["bare getAll of the whole store", async () => (await raw.getAll("reports")).filter(readReport).length],
      ["bare getAll, nothing checked", async () => (await raw.getAll("reports")).length],
    ]),
    count,
  );
  raw.close();
  store.close();

  console.log(`putReports of ${count} in one go: ${written.toFixed(0)} ms`);
  tell(times, inOneGo);
});

it("reads what is remembered of 1,000 users in one go, against one by one", async () => {
  const users = 1000;
  const store = indexedDbStore(freshDatabaseName(), { now: () => sampleNow });
  const manifests = Array.from({ length: users }, (_, index) => sampleSeen(index, 5));
  const fields = Array.from({ length: users }, (_, index) => sampleField(index));
  const userIds = fields.map(({ userId }) => userId);
  const oneByOne = (get: (userIds: string[]) => Promise<Map<string, unknown>>) => async (): Promise<number> => {
    let found = 0;
    for (const userId of userIds) found += (await get([userId])).size;
    return found;
  };
  const writes = [
    ["putFields of 1,000 in one go", () => store.putFields(fields)],
    ["putManifests of 1,000 in one go", () => store.putManifests(manifests)],
    ["putManifests of the same 1,000 again", () => store.putManifests(manifests)],
  ] as const;
  for (const [what, write] of writes) {
    const start = performance.now();
    await write();
    console.log(`${what}: ${(performance.now() - start).toFixed(0)} ms`);
  }
  for (const [name, get] of [
    ["getFields", store.getFields.bind(store)],
    ["getManifests", store.getManifests.bind(store)],
  ] as const) {
    const inOneGo = `${name}, all in one go`;
    const ways = new Map([
      [inOneGo, async () => (await get(userIds)).size],
      [`${name}, one by one`, oneByOne(get)],
    ]);
    tell(await medians(ways, users), inOneGo);
  }
  store.close();
});

function tell(times: ReadonlyMap<string, number>, base: string): void {
  for (const [way, time] of times) {
    const ratio = time / (times.get(base) ?? Number.NaN);
    console.log(`${way}: ${time.toFixed(0)} ms, ${ratio.toFixed(1)} × the time of all in one go`);
  }
}

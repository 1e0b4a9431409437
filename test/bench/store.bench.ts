import { openDB } from "idb";
import { indexedDbStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { readReport } from "../../src/store/record.js";
import { sampleNow, sampleReports } from "../support/cached-reports.js";
import { freshDatabaseName } from "../support/databases.js";

const count = 10_000;
const rounds = 5;

/** The median time of `work` in milliseconds, each way in turn so that none has the quiet minutes to itself. */
async function medians(ways: ReadonlyMap<string, () => Promise<number>>): Promise<Map<string, number>> {
  const times = new Map([...ways.keys()].map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of ways) {
      const start = performance.now();
      const found = await work();
      times.get(name)?.push(performance.now() - start);
      expect(found, name).toBe(count);
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
  );
  raw.close();
  store.close();

  const base = times.get(inOneGo) ?? Number.NaN;
  console.log(`putReports of ${count} in one go: ${written.toFixed(0)} ms`);
  for (const [way, time] of times) {
    console.log(`${way}: ${time.toFixed(0)} ms, ${(time / base).toFixed(1)} × the time of all in one go`);
  }
});

import { type IDBPDatabase, openDB } from "idb";
import { indexedDbStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { Connection } from "../../src/store/connection.js";
import { type Migration, migrations } from "../../src/store/migrations.js";
import type { DegradationReason } from "../../src/store/signature-store.js";
import { sampleEntry, sampleKey, sampleNow, sampleReport, sampleReports } from "../support/cached-reports.js";
import { freshDatabaseName } from "../support/databases.js";

/** A step as a later version might bring it: drops every report, writes a member into each kept signature. */
const laterStep: Migration = async (_database, transaction) => {
  await transaction.objectStore("reports").clear();
  const kept = transaction.objectStore("outbox");
  for (const record of await kept.getAll()) await kept.put({ ...record, reason: `${record.reason}, carried over` });
};
const newStore: Migration = (database) => {
  (database as unknown as IDBPDatabase).createObjectStore("later");
};

function connect(name: string, steps: readonly Migration[], failures: DegradationReason[] = []): Connection {
  return new Connection({
    name,
    migrations: steps,
    openTimeoutMs: 10_000,
    onFailure: (reason) => failures.push(reason),
    onLateOpen: () => undefined,
  });
}

async function databaseOfToday(): Promise<string> {
  const name = freshDatabaseName();
  const store = indexedDbStore(name, { now: () => sampleNow });
  await store.putReports(sampleReports(2));
  await store.putOutbox(sampleEntry("a"));
  store.close();
  return name;
}

it("makes a new database with every step in turn", async () => {
  const connection = connect(freshDatabaseName(), [...migrations, laterStep, newStore]);
  const names = await connection.use(async (database) => ({ names: [...database.objectStoreNames] as string[] }));
  connection.close();
  expect(names).toEqual({ names: ["fields", "later", "manifests", "outbox", "reports"] });
});

it("brings a database of today over two later versions, data and all", async () => {
  const name = await databaseOfToday();
  const connection = connect(name, [...migrations, laterStep, newStore]);
  const found = await connection.use(async (database) => ({
    version: database.version,
    kept: await database.getAll("outbox"),
    reports: await database.count("reports"),
  }));
  connection.close();
  expect(found).toEqual({
    version: migrations.length + 2,
    kept: [sampleEntry("a", { reason: `${sampleEntry("a").reason}, carried over` })],
    reports: 0,
  });
});

it("runs no step again on a database that has it", async () => {
  const name = await databaseOfToday();
  for (let round = 0; round < 2; round++) {
    const connection = connect(name, [...migrations, laterStep]);
    const kept = await connection.use((database) => database.getAll("outbox"));
    connection.close();
    expect(kept?.[0]?.reason).toBe(`${sampleEntry("a").reason}, carried over`);
  }
});

it.each<[string, Migration]>([
  [
    "at once",
    () => {
      throw new Error("no");
    },
  ],
  [
    "after it has dropped a store",
    async (database, transaction) => {
      await transaction.objectStore("outbox").count();
      database.deleteObjectStore("outbox");
      throw new Error("no");
    },
  ],
])("leaves the database as it was when a step fails %s", async (_when, broken) => {
  const name = await databaseOfToday();
  const failures: DegradationReason[] = [];
  const connection = connect(name, [...migrations, broken], failures);
  expect(await connection.use(async () => ({}))).toBeUndefined();
  expect(failures).toEqual(["failed"]);
  connection.close();
  const store = indexedDbStore(name, { now: () => sampleNow });
  expect((await store.getReports([sampleKey(1)])).get(sampleKey(1))).toEqual(sampleReport(1));
  expect(await store.outbox()).toEqual([sampleEntry("a")]);
  expect(store.degraded).toBeUndefined();
  store.close();
});

it("leaves a database of a newer version alone and works from memory", async () => {
  const name = await databaseOfToday();
  const newer = await openDB(name, migrations.length + 5);
  newer.close();
  const store = indexedDbStore(name, { now: () => sampleNow });
  await store.putReports([sampleReport(9)]);
  await store.putOutbox(sampleEntry("b"));
  await store.deleteReports();
  await store.putReports([sampleReport(9)]);
  expect((await store.getReports([sampleKey(0), sampleKey(9)])).size).toBe(1);
  expect(await store.outbox()).toEqual([sampleEntry("b")]);
  expect(store.degraded).toMatchObject({ reason: "newer", cause: { name: "VersionError" } });
  store.close();
  const after = await openDB(name);
  expect(after.version).toBe(migrations.length + 5);
  expect(await after.count("reports")).toBe(2);
  expect(await after.getAll("outbox")).toEqual([sampleEntry("a")]);
  after.close();
});

import { type IDBPDatabase, openDB } from "idb";
import { indexedDbStore, type OutboxEntry } from "matrix-countersign/store";
import { expect, it, onTestFinished } from "vitest";
import { writeCached } from "../../src/store/cache-table.js";
import { Connection } from "../../src/store/connection.js";
import { type Migration, migrations } from "../../src/store/migrations.js";
import type { DegradationReason } from "../../src/store/signature-store.js";
import {
  sampleEntry,
  sampleField,
  sampleKey,
  sampleNow,
  sampleReport,
  sampleReports,
  sampleSeen,
} from "../support/cached-reports.js";
import { setQuota } from "../support/chromium-storage.js";
import { freshDatabaseName } from "../support/databases.js";
import { sampleConferral, sampleTrust } from "../support/trust-data-conformance.js";

/** A step as a later version might bring it: drops every report, writes a member into each entry of the outbox. */
const laterStep: Migration = async (_database, transaction) => {
  await transaction.objectStore("reports").clear();
  const outbox = transaction.objectStore("outbox");
  for (const record of await outbox.getAll()) await outbox.put({ ...record, reason: `${record.reason}, carried over` });
};
const newStore: Migration = (database) => {
  database.createObjectStore("later");
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
  await store.putManifests([sampleSeen(0, 5)]);
  store.close();
  return name;
}

/** A signature that could not be published, as version 1 kept it. */
function sampleKept(id: IDBValidKey, changes: object = {}): object {
  const { userId, masterKey, signature } = sampleEntry("");
  return { id, userId, masterKey, signature, reason: "ERR_HTTP_TOKEN", keptAt: sampleNow - 7, ...changes };
}

/** What version 2 makes of it. */
function carriedOver(id: string, changes: Partial<OutboxEntry> = {}): OutboxEntry {
  const { routes: _routes, rooms: _rooms, force: _force, ...bare } = sampleEntry(id);
  const times = { addedAt: sampleNow - 7, changedAt: sampleNow - 7 };
  return { ...bare, ...times, state: "waiting", reason: "ERR_HTTP_TOKEN", attempts: 0, ...changes };
}

async function databaseOfVersion1(kept: readonly object[]): Promise<string> {
  const name = freshDatabaseName();
  const connection = connect(name, migrations.slice(0, 1));
  await connection.use(async (database) => {
    const version1 = database as unknown as IDBPDatabase;
    for (const record of kept) await version1.put("kept", record);
    for (const report of sampleReports(2)) await version1.put("reports", report);
    return {};
  });
  connection.close();
  return name;
}

it("makes a new database with every step in turn", async () => {
  const connection = connect(freshDatabaseName(), [...migrations, laterStep, newStore]);
  const names = await connection.use(async (database) => ({ names: [...database.objectStoreNames] as string[] }));
  connection.close();
  expect(names).toEqual({
    names: ["conferrals", "fields", "history", "later", "manifests", "outbox", "reports", "trust"],
  });
});

it("carries what version 1 kept over into the outbox, to be tried again, and its reports along", async () => {
  const value = { signature: "x", created_ts: 5 };
  const object = { userId: "@a:b", keyId: "custom:org.example:k", value };
  const name = await databaseOfVersion1([
    sampleKept("b"),
    sampleKept("a", { signature: object, keptAt: sampleNow - 8, trusted: true }),
  ]);
  const store = indexedDbStore(name, { now: () => sampleNow });
  const older = { addedAt: sampleNow - 8, changedAt: sampleNow - 8 };
  expect(await store.outbox()).toEqual([carriedOver("a", { signature: object, ...older }), carriedOver("b")]);
  expect((await store.getReports([sampleKey(1)])).get(sampleKey(1))).toEqual(sampleReport(1));
  await store.putManifests([sampleSeen(0, 5)]);
  await store.deleteOutbox("a");
  store.close();
  const again = indexedDbStore(name, { now: () => sampleNow });
  expect(await again.outbox()).toEqual([carriedOver("b")]);
  expect((await again.getManifests([sampleSeen(0, 5).userId])).size).toBe(1);
  expect(again.degraded).toBeUndefined();
  again.close();
});

it("carries everything of version 2 over, word for word, and has room for what trust stands on", async () => {
  const name = freshDatabaseName();
  const version2 = connect(name, migrations.slice(0, 2));
  const manifests = { userId: sampleSeen(0, 5).userId, seen: [sampleSeen(0, 5)] };
  const unreadable = { id: "b", somebody: "else's" } as unknown as OutboxEntry;
  await version2.use(async (database) => {
    await database.put("outbox", sampleEntry("a"));
    await database.put("outbox", unreadable);
    await database.put("manifests", manifests);
    await writeCached(database, "reports", sampleReports(2));
    await writeCached(database, "fields", [sampleField(0)]);
    return {};
  });
  version2.close();
  const store = indexedDbStore(name, { now: () => sampleNow });
  await store.putConferral(sampleConferral(0));
  await store.putTrust("settings", sampleTrust(3));
  expect(await store.outbox()).toEqual([sampleEntry("a")]);
  expect((await store.getManifests([manifests.userId])).get(manifests.userId)).toEqual([sampleSeen(0, 5)]);
  expect((await store.getFields([manifests.userId])).get(manifests.userId)).toEqual(sampleField(0));
  expect((await store.getReports([sampleKey(1)])).get(sampleKey(1))).toEqual(sampleReport(1));
  expect(store.degraded).toBeUndefined();
  store.close();
  const again = indexedDbStore(name, { now: () => sampleNow });
  expect(await again.conferrals()).toEqual([sampleConferral(0)]);
  expect(await again.getTrust("settings")).toEqual(sampleTrust(3));
  again.close();
  const raw = await openDB(name);
  expect(raw.version).toBe(3);
  expect(await raw.getAll("outbox")).toEqual([sampleEntry("a"), unreadable]);
  raw.close();
});

it("carries over what it cannot read as it is, and lists it nowhere", async () => {
  const unreadable = [
    { id: "a", somebody: "else's" },
    sampleKept("b", { signature: { userId: "@a:b", keyId: "k", value: { float: 0.5 } } }),
    sampleKept("c", { keptAt: "yesterday" }),
    sampleKept("d", { reason: new Uint8Array(2) }),
    sampleKept(7),
    sampleKept([1, "list"]),
  ];
  const name = await databaseOfVersion1([...unreadable, sampleKept("z")]);
  const store = indexedDbStore(name, { now: () => sampleNow });
  expect(await store.outbox()).toEqual([carriedOver("z")]);
  await store.deleteOutbox("z");
  store.close();
  const raw = await openDB(name);
  const found = await raw.getAll("outbox");
  expect(found).toHaveLength(unreadable.length);
  expect(found).toEqual(expect.arrayContaining(unreadable));
  expect([...raw.objectStoreNames]).not.toContain("kept");
  raw.close();
});

it("takes a tab of version 1 its database away, which then works from memory", async () => {
  const name = await databaseOfVersion1([sampleKept("a")]);
  const failures: DegradationReason[] = [];
  const older = connect(name, migrations.slice(0, 1), failures);
  expect(await older.use(async ({ version }) => ({ version }))).toEqual({ version: 1 });
  const store = indexedDbStore(name, { now: () => sampleNow });
  expect(await store.outbox()).toEqual([carriedOver("a")]);
  expect(await older.use(async ({ version }) => ({ version }))).toBeUndefined();
  expect(failures).toEqual(["newer"]);
  older.close();
  store.close();
});

it("carries all over on a full disk", async () => {
  await setQuota(3_000_000);
  onTestFinished(() => setQuota());
  const value = sampleKey(0).repeat(1000);
  const kept = ["a", "b", "c"].map((id) => sampleKept(id, { signature: { ...sampleEntry("").signature, value } }));
  const name = await databaseOfVersion1(kept);
  const connection = connect(name, migrations.slice(0, 1));
  const filled = await connection.use(async (database) => {
    let written = 0;
    const fill = async (batch: number): Promise<void> => {
      for (;;) {
        const reports = Array.from({ length: batch }, (_, index) => sampleReport(written + index));
        await writeCached(database, "reports", reports);
        written += batch;
      }
    };
    for (const batch of [500, 20, 1]) await expect(fill(batch)).rejects.toMatchObject({ name: "QuotaExceededError" });
    return { reports: await database.count("reports") };
  });
  connection.close();
  expect(filled?.reports).toBeGreaterThan(500);
  const store = indexedDbStore(name, { now: () => sampleNow });
  expect((await store.outbox()).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  await store.putOutbox(sampleEntry("d"));
  expect(store.degraded).toBeUndefined();
  store.close();
});

it("brings a database of today over two later versions, data and all", async () => {
  const name = await databaseOfToday();
  const connection = connect(name, [...migrations, laterStep, newStore]);
  const found = await connection.use(async (database) => ({
    version: database.version,
    kept: await database.getAll("outbox"),
    reports: await database.count("reports"),
    manifests: await database.getAll("manifests"),
  }));
  connection.close();
  expect(found).toEqual({
    version: migrations.length + 2,
    manifests: [{ userId: sampleSeen(0, 5).userId, seen: [sampleSeen(0, 5)] }],
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

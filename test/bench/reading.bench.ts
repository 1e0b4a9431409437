import { indexedDbStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { freshDatabaseName } from "../support/databases.js";
import { type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";

const users = 1000;
const roomId = "!company:example.org";
/** What a request takes beside the work of this page: a homeserver near by, and none. */
const latenciesMs = [0, 20];

it.each(latenciesMs)(
  "reads 1,000 users' manifests from profiles, the cache and a room, %s ms a request",
  async (latencyMs) => {
    const stage = await readingStage();
    stage.now = Date.now();
    const owners: ReadingOwner[] = [];
    for (let index = 0; index < users; index++) owners.push(await stage.owner(`@user${index}:example.org`));
    const manifests = new Map<string, unknown>();
    for (const owner of owners) manifests.set(owner.userId, await owner.approved());
    stage.intercept = () => new Promise((resolve) => setTimeout(() => resolve(undefined), latencyMs));
    const userIds = owners.map(({ userId }) => userId);

    for (const [userId, manifest] of manifests) stage.fields.set(userId, manifest);
    const store = indexedDbStore(freshDatabaseName());
    const cold = await measure(stage, userIds, store);
    const cached = await measure(stage, userIds, store);
    store.close();

    stage.room(roomId, manifests);
    const emptyStore = indexedDbStore(freshDatabaseName());
    const fromRoom = await measure(stage, userIds, emptyStore, [roomId]);
    const roomAgain = await measure(stage, userIds, emptyStore, [roomId]);
    emptyStore.close();

    for (const [way, { requests, ms }] of Object.entries({ cold, cached, fromRoom, roomAgain })) {
      const ratio = (cold.ms / ms).toFixed(1);
      console.log(
        `${latencyMs} ms a request, ${way}: ${requests} requests, ${ms.toFixed(0)} ms, ${ratio} × as fast as cold`,
      );
    }
    expect(cold.requests).toBe(users + 10);
    expect(cached.requests).toBe(10);
    expect(fromRoom.requests).toBe(11);
  },
);

async function measure(
  stage: ReadingStage,
  userIds: readonly string[],
  store: ReturnType<typeof indexedDbStore>,
  rooms: readonly string[] = [],
): Promise<{ requests: number; ms: number }> {
  const before = stage.seen.length;
  const start = performance.now();
  const identities = await stage.read(userIds, { memory: store, fields: store, rooms });
  const ms = performance.now() - start;
  for (const { signatures, problems } of identities.values()) {
    expect(signatures).toHaveLength(1);
    expect(problems).toEqual([]);
  }
  return { requests: stage.seen.length - before, ms };
}

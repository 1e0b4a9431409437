import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it, vi } from "vitest";
import { orAborted } from "../../src/model/abort.js";
import { scriptedHomeserver } from "../support/scripted-homeserver.js";

it("an instance tells that a profile's manifest changed, which no server announces, and says it once", async () => {
  const server = scriptedHomeserver();
  const [owner, reader] = [await server.account("@owner:example.org"), await server.account("@reader:example.org")];
  const pauses: (() => void)[] = [];
  const countersign = await Countersign.create(reader.client, {
    store: memoryStore(),
    http: {
      fetch: server.fetch,
      wait: (ms, signal) =>
        orAborted(new Promise((over) => (ms === 0 ? setTimeout(over, 0) : void pauses.push(() => over()))), signal),
    },
  });
  const told: unknown[] = [];
  countersign.on("changed", (change) => told.push(change));
  /** Lets one poll happen, whose end is the beginning of the next pause. */
  const poll = async (): Promise<void> => {
    await vi.waitFor(() => expect(pauses).not.toHaveLength(0));
    const { length } = pauses;
    pauses.at(-1)?.();
    await vi.waitFor(() => expect(pauses.length).toBe(length + 1));
  };

  await countersign.fetch([owner.userId]);
  const watching = await countersign.watch([owner.userId]);
  await poll();
  expect(told).toEqual([]);
  server.manifests.set(owner.userId, {
    user_id: owner.userId,
    master_key: `ed25519:${owner.key.publicKey}`,
    sequence: 1,
    external: { "custom:org.example:key": "signature" },
    withdrawn: [],
  });
  await poll();
  await vi.waitFor(() => expect(told).toEqual([{ userId: owner.userId, source: "poll" }]));
  expect((await countersign.fetch([owner.userId])).get(owner.userId)?.signatures).toHaveLength(1);
  await poll();
  await poll();
  expect(told).toHaveLength(1);
  watching.stop();
  countersign.close();
});

import { Countersign } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it, vi } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";
import { emittingClient, stateEvent } from "../support/emitting-client.js";
import { createManifestRoom } from "../support/manifest-room.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

let server: Listening;
afterEach(() => server.close());

it("a tombstone that points at a room of strangers brings no manifest there, nor is that room read", async () => {
  const homeserver = createHomeserver({ profile: "dendrite" });
  server = await homeserver.listen();
  const alice = await embeddedUser(server.url, "alice-a");
  const mallory = await embeddedUser(server.url, "mallory-");
  const company = await createManifestRoom(mallory, [alice]);
  const strangers = await createManifestRoom(mallory, [alice]);
  const { client, emit } = emittingClient();
  const own = await Countersign.create(
    { ...client, ...alice.client },
    { algorithms: [stampAlgorithm({ hashes: true })], rooms: [company], outbox: "manual", store: memoryStore() },
  );
  const receipt = await own.publish(await own.sign(await stampSigner()), { routes: ["room-state"] });
  expect(receipt.routes).toMatchObject([{ roomId: company, stored: true }]);

  const asked: string[] = [];
  homeserver.onRequest(({ method, path }) => asked.push(`${method} ${decodeURIComponent(path)}`));
  const upgraded = vi.fn();
  own.on("room-upgraded", upgraded);
  const watching = await own.watch([]);
  const content = { replacement_room: strangers };
  emit("RoomState.events", stateEvent("m.room.tombstone", "", content, { roomId: company }));
  await vi.waitFor(() => expect(upgraded).toHaveBeenCalled());
  expect(await own.carryOver(company, strangers)).toBe(false);
  await own.fetch([alice.account.userId]);
  expect(asked.filter((line) => line.startsWith("PUT"))).toEqual([]);
  expect(asked.filter((line) => line.endsWith(`/rooms/${strangers}/state`))).toEqual([]);
  watching.stop();
  own.close();
});

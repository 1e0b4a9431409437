import { expect, it, onTestFinished, vi } from "vitest";
import { openSession } from "../../src/client/session.js";
import { watchUsers } from "../../src/client/watching/watch-side.js";
import { memoryStore } from "../../src/store/memory-store.js";
import { emittingClient, stateEvent } from "../support/emitting-client.js";
import { nobodyTrusted } from "../support/nobody-trusted.js";

const own = "@own:example.org";
const [room, next] = ["!room:example.org", "!next:example.org"];

const tombstone = stateEvent("m.room.tombstone", "", { replacement_room: next }, { roomId: room });
const member = (membership: string) => stateEvent("m.room.member", own, { membership }, { roomId: next });

it("carries the own manifest over again when the user joins a room, until it stands in the new one", async () => {
  const { client, emit } = emittingClient();
  const session = openSession(client, { rooms: [room] }, memoryStore(), nobodyTrusted);
  const carryOver = vi.fn(async () => false);
  const changed = vi.fn();
  const handlers = { fetch: async () => new Map(), carryOver, changed, upgraded: () => {} };
  const watching = watchUsers(session, [], {}, handlers);
  onTestFinished(() => watching.stop());
  const join = async (): Promise<void> => {
    changed.mockClear();
    emit("RoomState.events", member("join"), {}, member("invite"));
    await vi.waitFor(() => expect(changed).toHaveBeenCalledWith({ userId: own, source: "membership" }));
  };
  emit("RoomState.events", tombstone, {}, null);
  expect(carryOver.mock.calls).toEqual([[room, next]]);
  carryOver.mockResolvedValue(true);
  await join();
  expect(carryOver).toHaveBeenCalledTimes(2);
  await join();
  expect(carryOver).toHaveBeenCalledTimes(2);
});

import { describe, expect, it } from "vitest";
import { createSyncObserver } from "../../src/matrix/sync-observer.js";
import { watchChanges } from "../../src/matrix/watch/watch-changes.js";
import type { WatchEvent } from "../../src/matrix/watch/watch-event.js";
import { emittingClient, stateEvent as state } from "../support/emitting-client.js";

const alice = "@alice:example.org";
const room = "!room:example.org";
const manifest = "org.matrix.msc2961.signatures";

function watching() {
  const emitter = emittingClient();
  const observer = createSyncObserver();
  const told: WatchEvent[] = [];
  const stop = watchChanges(emitter.client, {
    rooms: new Set([room]),
    observer,
    onChange: (event) => told.push(event),
  });
  return { emitter, observer, told, stop };
}

function toldOf(event: unknown, previous: unknown = null): WatchEvent[] {
  const { emitter, told } = watching();
  emitter.emit("RoomState.events", event, {}, previous);
  return told;
}

describe("tells of what the client hears", () => {
  it("whose trust status was looked at anew, and the own keys", () => {
    const { emitter, told } = watching();
    emitter.emit("userTrustStatusChanged", alice, {});
    emitter.emit("userTrustStatusChanged", undefined);
    emitter.emit("userTrustStatusChanged", "nobody");
    emitter.emit("crossSigning.keysChanged", {});
    expect(told).toEqual([
      { kind: "user", userId: alice, source: "trust-status" },
      { kind: "user", userId: "@own:example.org", source: "own-keys" },
    ]);
  });

  it("who wrote a manifest into a chosen room, the sender's own alone", () => {
    const written: WatchEvent[] = [{ kind: "user", userId: alice, source: "room-state" }];
    expect(toldOf(state(manifest, alice))).toEqual(written);
    expect(toldOf(state(manifest, alice, {}, { sender: "@mallory:example.org" }))).toEqual([]);
    expect(toldOf(state(manifest, alice, {}, { roomId: "!other:example.org" }))).toEqual([]);
    expect(toldOf(state(manifest, "alice"))).toEqual([]);
    expect(toldOf(state("m.room.message", alice))).toEqual([]);
  });

  it.each([
    ["leaves", "leave", "join", true],
    ["is banned", "ban", "join", true],
    ["joins", "join", "invite", true],
    ["comes back", "join", "leave", true],
    ["changes a name", "join", "join", false],
    ["is invited", "invite", "leave", false],
    ["is gone, and was unknown", "leave", undefined, true],
    ["is there, and was unknown, as everybody in a first sync", "join", undefined, false],
  ])("a member who %s", (_what, membership, before, isTold) => {
    const member = (membership: string) =>
      state("m.room.member", alice, { membership }, { sender: "@admin:example.org" });
    const told: WatchEvent[] = isTold ? [{ kind: "user", userId: alice, source: "membership" }] : [];
    expect(toldOf(member(membership), before === undefined ? null : member(before))).toEqual(told);
  });

  it("which room replaces a chosen one", () => {
    const tombstone = (replacement: unknown, stateKey = "") =>
      state("m.room.tombstone", stateKey, { replacement_room: replacement }, { sender: "@admin:example.org" });
    const upgraded: WatchEvent[] = [{ kind: "room-upgraded", roomId: room, replacement: "!next:example.org" }];
    expect(toldOf(tombstone("!next:example.org"))).toEqual(upgraded);
    for (const odd of [undefined, 1, "", "#alias:example.org", `!${"x".repeat(255)}`]) {
      expect(toldOf(tombstone(odd))).toEqual([]);
    }
    expect(toldOf(tombstone("!next:example.org", "x"))).toEqual([]);
  });

  it("nothing of events without a form, and disturbs nobody", () => {
    for (const odd of [
      undefined,
      null,
      1,
      {},
      { getRoomId: 1 },
      { ...state(manifest, alice), getContent: undefined },
    ]) {
      expect(() => toldOf(odd, odd)).not.toThrow();
    }
    expect(toldOf(state("m.room.member", alice, undefined))).toHaveLength(1);
    expect(toldOf(state("m.room.member", "alice", { membership: "leave" }))).toEqual([]);
  });
});

it("tells whom /sync names", async () => {
  const { observer, told } = watching();
  const answer = { device_lists: { changed: [alice] } };
  await observer.wrap(async () => Response.json(answer))("https://hs.example.org/_matrix/client/v3/sync?since=1");
  await expect.poll(() => told).toEqual([{ kind: "user", userId: alice, source: "device-lists" }]);
});

it("hears nothing after it was stopped, and leaves no listener behind", async () => {
  const { emitter, observer, told, stop } = watching();
  expect(emitter.listeners).toBe(3);
  stop();
  expect(emitter.listeners).toBe(0);
  emitter.emit("userTrustStatusChanged", alice);
  const fence: unknown[] = [];
  observer.onChanged((userIds) => fence.push(userIds));
  const answer = { device_lists: { changed: [alice] } };
  await observer.wrap(async () => Response.json(answer))("https://hs.example.org/_matrix/client/v3/sync?since=1");
  await expect.poll(() => fence).toEqual([[alice]]);
  expect(told).toEqual([]);
});

it("is content with a client that tells nothing", () => {
  const { on: _on, off: _off, ...silent } = emittingClient().client;
  expect(watchChanges(silent, { rooms: new Set(), onChange: () => {} })).not.toThrow();
});

import { describe, expect, it, vi } from "vitest";
import { startWatching, type WatchOptions } from "../../src/client/watching/watch.js";
import { createSyncObserver } from "../../src/matrix/sync-observer.js";
import { orAborted } from "../../src/model/abort.js";
import type { SignedIdentity } from "../../src/model/identity.js";
import { emittingClient, stateEvent } from "../support/emitting-client.js";

const [own, alice, bob] = ["@own:example.org", "@alice:example.org", "@bob:example.org"];

function watching(userIds: readonly string[] = [alice], options: WatchOptions & { fetchTells?: boolean } = {}) {
  const emitter = emittingClient();
  /** In the order in which it happened: what was fetched, forgotten and told. */
  const log: unknown[] = [];
  /** What the server serves: the values of each user's signatures. */
  const served = new Map<string, readonly string[]>();
  /** What it serves beside that. */
  const besides = new Map<string, Partial<SignedIdentity>>();
  const pauses: (() => void)[] = [];
  const faults: Error[] = [];
  let time = 0;
  const identity = (userId: string): SignedIdentity => ({
    userId,
    signatures: (served.get(userId) ?? []).map((value) => ({
      userId,
      keyId: "custom:org.example:key",
      value,
      seenIn: ["profile-field"],
    })),
    withdrawn: [],
    problems: [],
    ...besides.get(userId),
    fetchedAt: ++time,
  });
  const watch = startWatching(
    {
      client: emitter.client,
      async fetch(asked) {
        log.push({ fetched: asked });
        const fault = faults.shift();
        if (fault) throw fault;
        const identities = new Map(asked.map((userId) => [userId, identity(userId)]));
        if (options.fetchTells) watch.seen(identities);
        return identities;
      },
      forget: async (userIds) => void log.push({ forgotten: userIds }),
      emit: (event) => log.push(event),
      random: () => 0,
      wait: (ms, signal) =>
        orAborted(new Promise((over) => (ms === 0 ? setTimeout(over, 0) : void pauses.push(() => over()))), signal),
    },
    userIds,
    options,
  );
  /** Lets the poller ask once, and waits until it pauses again. */
  const poll = async (): Promise<void> => {
    await vi.waitFor(() => expect(pauses).not.toHaveLength(0));
    const { length } = pauses;
    pauses.at(-1)?.();
    await vi.waitFor(() => expect(pauses.length).toBe(length + 1));
    await settle();
  };
  return { emitter, log, served, besides, faults, watch, identity, poll, pauses };
}

const masterKeyOf = (name: string): NonNullable<SignedIdentity["masterKey"]> => ({
  userId: alice,
  purpose: "master-key",
  publicKey: name,
  bytes: new TextEncoder().encode(name),
});

/** All that can happen without time passing has happened: digests are made elsewhere, so tasks alone are no fence. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await crypto.subtle.digest("SHA-256", new Uint8Array());
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

const told = (log: readonly unknown[]): unknown[] => log.filter((entry) => Object.hasOwn(Object(entry), "kind"));
const change = (userId: string | undefined, source: string) => ({ kind: "user", userId, source });

describe("tells of what the client hears", () => {
  it("once for each user and task, after their cached field was forgotten", async () => {
    const { emitter, log } = watching([alice, bob]);
    await settle();
    log.length = 0;
    for (const userId of [alice, alice, bob, alice]) emitter.emit("userTrustStatusChanged", userId);
    await vi.waitFor(() => expect(told(log)).toHaveLength(2));
    expect(log).toEqual([{ forgotten: [alice, bob] }, change(alice, "trust-status"), change(bob, "trust-status")]);
    emitter.emit("userTrustStatusChanged", alice);
    await vi.waitFor(() => expect(told(log)).toHaveLength(3));
  });

  it("only of users asked for, and of the own one", async () => {
    const { emitter, log, watch } = watching([alice]);
    emitter.emit("userTrustStatusChanged", bob);
    emitter.emit("crossSigning.keysChanged", {});
    await vi.waitFor(() => expect(told(log)).toEqual([change(own, "own-keys")]));
    watch.add([bob]);
    emitter.emit("userTrustStatusChanged", bob);
    await vi.waitFor(() => expect(told(log)).toContainEqual(change(bob, "trust-status")));
    emitter.emit("userTrustStatusChanged", bob);
    watch.remove([bob]);
    await settle();
    expect(told(log)).toHaveLength(2);
  });

  it("from chosen rooms and from an observer", async () => {
    const observer = createSyncObserver();
    const { emitter, log } = watching([alice, bob], { observer, rooms: ["!room:example.org"] });
    emitter.emit("RoomState.events", stateEvent("org.matrix.msc2961.signatures", alice, {}));
    emitter.emit("RoomState.events", stateEvent("m.room.tombstone", "", { replacement_room: "!next:example.org" }));
    const answer = { device_lists: { changed: [bob] } };
    await observer.wrap(async () => Response.json(answer))("https://hs.example.org/_matrix/client/v3/sync?since=1");
    await vi.waitFor(() => expect(told(log)).toHaveLength(3));
    expect(told(log)).toEqual([
      { kind: "room-upgraded", roomId: "!room:example.org", replacement: "!next:example.org" },
      change(alice, "room-state"),
      change(bob, "device-lists"),
    ]);
  });

  it("from the room that replaces a chosen one", async () => {
    const { emitter, log } = watching([alice], { rooms: ["!room:example.org"] });
    const written = stateEvent("org.matrix.msc2961.signatures", alice, {}, { roomId: "!next:example.org" });
    emitter.emit("RoomState.events", written);
    emitter.emit("RoomState.events", stateEvent("m.room.tombstone", "", { replacement_room: "!next:example.org" }));
    await settle();
    expect(told(log)).toHaveLength(1);
    emitter.emit("RoomState.events", written);
    await vi.waitFor(() => expect(told(log)).toContainEqual(change(alice, "room-state")));
  });

  it("also where the cache fails", async () => {
    const emitted: unknown[] = [];
    const { client, emit } = emittingClient();
    startWatching(
      {
        client,
        fetch: async () => new Map(),
        forget: async () => Promise.reject(new Error("disk full")),
        emit: (event) => emitted.push(event),
        random: () => 0,
        wait: async (ms) => (ms === 0 ? undefined : new Promise(() => {})),
      },
      [alice],
    );
    emit("userTrustStatusChanged", alice);
    await vi.waitFor(() => expect(emitted).toEqual([change(alice, "trust-status")]));
  });
});

describe("asks about everybody", () => {
  it("and tells only who is served otherwise than before, asking past the cache", async () => {
    const { log, served, poll } = watching([alice, bob]);
    await settle();
    await poll();
    expect(log).toEqual([{ fetched: [alice, bob] }, { forgotten: [alice, bob] }, { fetched: [alice, bob] }]);
    served.set(bob, ["signature"]);
    await poll();
    await vi.waitFor(() => expect(told(log)).toEqual([change(bob, "poll")]));
    await poll();
    expect(told(log)).toHaveLength(1);
  });

  it.each<[string, Partial<SignedIdentity>]>([
    ["another master key", { masterKey: masterKeyOf("b") }],
    ["no master key any more", {}],
    ["a withdrawal", { masterKey: masterKeyOf("a"), withdrawn: [{ key: "key", manifest: "1" }] }],
    ["a problem", { masterKey: masterKeyOf("a"), problems: ["manifest-rolled-back"] }],
  ])("%s is a change", async (_what, next) => {
    const { log, besides, watch, poll } = watching([]);
    besides.set(alice, { masterKey: masterKeyOf("a") });
    watch.add([alice]);
    await settle();
    await poll();
    expect(told(log)).toEqual([]);
    besides.set(alice, next);
    await poll();
    await vi.waitFor(() => expect(told(log)).toEqual([change(alice, "poll")]));
  });

  it("not about who was removed, even before they were first asked about", async () => {
    const { pauses, watch } = watching([alice]);
    watch.remove([alice]);
    await settle();
    expect(pauses).toEqual([]);
    watch.add([alice, bob]);
    await settle();
    expect(pauses).toHaveLength(1);
    watch.remove([alice, bob]);
    watch.add([bob]);
    await settle();
    // Another round began, because the first one ended with the last user.
    expect(pauses).toHaveLength(2);
  });

  it("also through a fetch that lets the caller's side know of everything fetched", async () => {
    const options = { fetchTells: false };
    const { log, served, poll } = watching([alice], options);
    options.fetchTells = true;
    await settle();
    served.set(alice, ["new"]);
    await poll();
    await vi.waitFor(() => expect(told(log)).toEqual([change(alice, "poll")]));
  });

  it("not of what the caller has seen meanwhile, and again of what is served instead", async () => {
    const { log, served, watch, identity, poll } = watching();
    await settle();
    served.set(alice, ["new"]);
    watch.seen(new Map([[alice, identity(alice)]]));
    await settle();
    await poll();
    expect(told(log)).toEqual([]);
    served.set(alice, []);
    await poll();
    await vi.waitFor(() => expect(told(log)).toEqual([change(alice, "poll")]));
  });

  it("not of an older answer that comes late", async () => {
    const { log, served, watch, identity, poll } = watching();
    const late = { ...identity(alice), problems: ["manifest-unavailable" as const] };
    served.set(alice, ["new"]);
    await settle();
    await poll();
    log.length = 0;
    watch.seen(new Map([[alice, late]]));
    await settle();
    await poll();
    expect(told(log)).toEqual([]);
  });

  it("and tells, rather than not, where nobody knows what was before", async () => {
    const { log, faults, watch, poll } = watching([]);
    faults.push(new Error("down"));
    watch.add([alice]);
    await settle();
    await poll();
    await vi.waitFor(() => expect(told(log)).toEqual([change(alice, "poll")]));
  });

  it("the order in which a server lists things is no change", async () => {
    const { log, served, poll } = watching();
    served.set(alice, ["one", "two"]);
    await settle();
    await poll();
    const before = told(log).length;
    served.set(alice, ["two", "one"]);
    await poll();
    await settle();
    expect(told(log)).toHaveLength(before);
  });
});

describe("ends", () => {
  it.each(["stop", "signal"] as const)("by %s, leaving no listener and telling nothing more", async (by) => {
    const ending = new AbortController();
    const { emitter, log, watch } = watching([alice], { signal: ending.signal });
    await settle();
    log.length = 0;
    emitter.emit("userTrustStatusChanged", alice);
    if (by === "stop") watch.stop();
    else ending.abort();
    await settle();
    watch.add([bob]);
    await settle();
    expect(emitter.listeners).toBe(0);
    expect(log).toEqual([]);
  });

  it("before it began", () => {
    expect(() => watching([alice], { signal: AbortSignal.abort() })).toThrow(
      expect.objectContaining({ code: "ERR_ABORTED" }),
    );
  });
});

it("refuses rooms that are none, and an interval out of range", () => {
  const refused = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
  expect(() => watching([alice], { rooms: ["#alias:example.org"] })).toThrow(refused);
  expect(() => watching([alice], { intervalMs: 10 })).toThrow(refused);
});
